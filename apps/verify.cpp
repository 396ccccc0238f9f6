// SPDX-License-Identifier: MIT
#include "verify.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <new>
#include <span>

#include "model_generated.h"
#include "schema/standard_input.h"

namespace bitdown::apps {
namespace {

constexpr double kRounding = 1e-3;  // Of the largest output, for float32 on other machines.

// A golden tensor is float32 and aligned, or the blob would not have opened.
std::span<const float> floats(const schema::Tensor& tensor) {
  return {reinterpret_cast<const float*>(tensor.data()->data()),
          tensor.data()->size() / sizeof(float)};
}

Status run_golden(const Model& model, Session& session, const schema::Golden& golden) {
  if (golden.input() != nullptr) return session.run(floats(*golden.input()));
  const std::size_t count = model.input(0).shape.elements();
  const std::unique_ptr<float[]> input(new (std::nothrow) float[count]);
  if (input == nullptr) return {StatusCode::kOutOfMemory, "for the golden input"};
  for (std::size_t i = 0; i < count; ++i) {
    input[i] = schema::standard_input(static_cast<std::uint32_t>(i));
  }
  return session.run({input.get(), count});
}

// The largest |difference| from the golden output; NaN when an output is NaN.
Result<double> golden_difference(const Model& model, Session& session,
                                 const schema::Golden& golden) {
  BITDOWN_RETURN_IF_ERROR(run_golden(model, session, golden));
  const std::span<const float> expected = floats(*golden.output());
  const std::span<const float> actual = session.output(0);
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference =
        std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    if (std::isnan(difference)) return difference;
    largest = std::max(largest, difference);
  }
  return largest;
}

// A float32 session differs by rounding only, whatever 8 bits are allowed.
double accepted(const Session& session, const schema::Golden& golden) {
  const auto stored = static_cast<double>(golden.tolerance());
  if (session.precision() != Precision::kExact) return stored;
  double largest = 0;
  for (const float value : floats(*golden.output())) {
    largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  return std::min(stored, kRounding * largest);
}

ExitCode check_golden(const char* path, const Model& model, Session& session) {
  const schema::Golden& golden = *model.root().golden();
  const Result<double> difference = golden_difference(model, session, golden);
  if (!difference.ok()) return report(path, difference.status());
  const double tolerance = accepted(session, golden);
  std::printf("golden pair  %s: largest difference %.3g, accepted %.3g\n",
              session.precision() == Precision::kExact ? "float32" : "int8", *difference,
              tolerance);
  if (*difference <= tolerance) return ExitCode::kOk;
  print_error(error_line(path, {StatusCode::kInternal, "the golden output differs"}));
  return ExitCode::kCheckFailed;
}

// Also in float32 when the session runs in 8 bits: there the pair is sharp.
ExitCode check_golden_exactly(const char* path, const Model& model, SessionOptions options) {
  options.precision = Precision::kExact;
  options.plan = {};
  options.algorithm = Algorithm::kDefault;
  Result<Session> session = Session::create(model, options);
  if (!session.ok()) return report(path, session.status());
  return check_golden(path, model, *session);
}

void print_checked(const Model& model) {
  const schema::Model& root = model.root();
  const schema::Version& version = *root.version();
  std::printf("format       %u.%u.%u, %zu bytes, every offset and length\n", version.major(),
              version.minor(), version.patch(), model.blob().size());
  std::printf("operators    %u, order, shapes and parameters\n", root.operators()->size());
  std::printf("codebooks    %u, and every code that points into them\n",
              root.codebooks() == nullptr ? 0 : root.codebooks()->size());
}

}  // namespace

ExitCode verify(const char* path, const Model& model, const SessionOptions& options) {
  print_checked(model);
  // Also without a golden pair: can this machine run it, in the way that was asked for?
  Result<Session> session = Session::create(model, options);
  if (!session.ok()) return report(path, session.status());
  const SessionRequirements memory = session->memory_use();
  std::printf("session      plans and fits, %zu bytes of working memory, %s\n",
              memory.persistent + memory.activations + memory.scratch, session->isa());

  if (model.root().golden() == nullptr) {
    std::printf("golden pair  none in this blob\nok\n");
    return ExitCode::kOk;
  }
  ExitCode code = check_golden(path, model, *session);
  if (code == ExitCode::kOk && session->precision() == Precision::kFast) {
    code = check_golden_exactly(path, model, options);
  }
  if (code == ExitCode::kOk) std::printf("ok\n");
  return code;
}

}  // namespace bitdown::apps
