// SPDX-License-Identifier: MIT
#include "bitdown/golden.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "aligned.h"
#include "bitdown/failure.h"
#include "bitdown/model.h"
#include "bitdown/network_input.h"
#include "bitdown/session.h"

namespace bitdown::apps {
namespace {

constexpr const char* kName = "golden pair";
constexpr float kRounding = 1e-3f;  // Of the largest output, for float32 on other machines.

std::vector<float> answer(const Model& model, const SessionOptions& options,
                          const std::vector<float>& input) {
  Session session = value_or_fail(kName, Session::create(model, options));
  const Status status = session.run(input);
  if (!status.ok()) throw Failure(kName, status);
  const std::span<const float> output = session.output(0);
  return {output.begin(), output.end()};
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::fabs(a[i] - b[i]));
  return largest;
}

}  // namespace

void add_golden(builder::Graph& graph, builder::DensePrecision precision) {
  graph.golden.reset();
  const AlignedBuffer blob = builder::aligned_copy(builder::write_blob(graph, precision));
  const Model model = value_or_fail(kName, Model::from_memory(blob.span()));

  builder::Golden golden;
  const std::vector<float> input = network_input(model, "");  // The standard input.
  golden.output = answer(model, {.precision = Precision::kExact}, input);
  // Which algorithms a machine will choose is not known here.
  float fast = 0;
  for (const Algorithm algorithm : {Algorithm::kDecode, Algorithm::kTable}) {
    const std::vector<float> output = answer(model, {.algorithm = algorithm}, input);
    fast = std::max(fast, largest_difference(golden.output, output));
  }
  const std::vector<float> zeros(golden.output.size(), 0.0f);
  golden.tolerance = 2 * fast + kRounding * largest_difference(golden.output, zeros);
  graph.golden = std::move(golden);
}

}  // namespace bitdown::apps
