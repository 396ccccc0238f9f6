// SPDX-License-Identifier: MIT
// bitdown-first-label MODEL ISA DENSE PRECISION THREADS ALGORITHM BUDGET PLAN <INPUT: what a
// program that uses the library takes from its start to its first label. `bitdown bench` starts it
// and reads its answer (bitdown/first_label.h). A program of its own, because loading the desktop
// tool's image libraries takes more time and memory than most networks do.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "algorithm_names.h"
#include "bitdown/model.h"
#include "bitdown/session.h"
#include "exit_code.h"
#include "first-label/stamps.h"
#include "mapped_file.h"

namespace bitdown::apps {
namespace {

// VmHWM, not getrusage(): that one includes the process that started this one.
unsigned long long peak_rss_bytes() {
  std::FILE* const status = std::fopen("/proc/self/status", "r");
  if (status == nullptr) return 0;
  unsigned long long kilobytes = 0;
  char line[256];
  while (std::fgets(line, sizeof line, status) != nullptr) {
    if (std::sscanf(line, "VmHWM: %llu", &kilobytes) == 1) break;
  }
  std::fclose(status);
  return kilobytes * 1024;
}

// An empty word leaves the choice to the library.
SessionOptions session_options(const char* isa, const char* dense, const char* precision,
                               const char* threads, const char* algorithm, const char* budget) {
  SessionOptions options;
  options.threads = static_cast<unsigned>(std::strtoul(threads, nullptr, 10));
  if (*isa != '\0') options.isa = isa;
  if (std::strcmp(dense, "builtin") == 0) options.dense = DenseBackend::kBuiltin;
  if (std::strcmp(dense, "xnnpack") == 0) options.dense = DenseBackend::kXnnpack;
  if (std::strcmp(precision, "exact") == 0) options.precision = Precision::kExact;
  if (std::strcmp(precision, "fast") == 0) options.precision = Precision::kFast;
  if (const auto* entry = find_algorithm(algorithm)) options.algorithm = entry->algorithm;
  options.memory_budget = static_cast<std::size_t>(std::strtoull(budget, nullptr, 10));
  return options;
}

Status print_stamps(const char* path, const char* plan_path, SessionOptions options) {
  Stamps stamps;
  stamps.main = now_ns();
  BITDOWN_ASSIGN_OR_RETURN(const Model model, Model::open(path));
  MappedFile plan;
  if (*plan_path != '\0') {
    BITDOWN_ASSIGN_OR_RETURN(plan, MappedFile::open(plan_path));
    options.plan = {reinterpret_cast<const char*>(plan.bytes().data()), plan.bytes().size()};
  }
  BITDOWN_ASSIGN_OR_RETURN(Session session, Session::create(model, options));
  std::vector<float> input(model.input(0).shape.elements());
  if (std::fread(input.data(), sizeof(float), input.size(), stdin) != input.size()) {
    return {StatusCode::kInvalidData, "the input is too short"};
  }
  stamps.ready = now_ns();
  BITDOWN_RETURN_IF_ERROR(session.run(input));
  const std::span<const float> scores = session.output(0);
  const auto label = std::max_element(scores.begin(), scores.end()) - scores.begin();
  stamps.label = now_ns();
  stamps.peak_rss_bytes = peak_rss_bytes();
  std::printf(kStampsFormat, stamps.main, stamps.ready, stamps.label, stamps.peak_rss_bytes);
  std::printf(" class %td\n", label);
  return {};
}

ExitCode main(int count, char** arguments) {
  if (count != 9) {
    print_error("bitdown-first-label is started by bitdown bench");
    return ExitCode::kUsage;
  }
  const Status status = print_stamps(arguments[1], arguments[8],
                                     session_options(arguments[2], arguments[3], arguments[4],
                                                     arguments[5], arguments[6], arguments[7]));
  return status.ok() ? ExitCode::kOk : report(arguments[1], status);
}

}  // namespace
}  // namespace bitdown::apps

int main(int count, char** arguments) {
  return static_cast<int>(bitdown::apps::finish(bitdown::apps::main(count, arguments)));
}
