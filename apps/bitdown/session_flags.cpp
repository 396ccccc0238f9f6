// SPDX-License-Identifier: MIT
#include "bitdown/session_flags.h"

#include <CLI/CLI.hpp>

#include "bitdown/failure.h"

namespace bitdown::apps {

void SessionFlags::add_to(CLI::App& verb) {
  verb.add_option("--isa", isa, "Instruction set (default: the best of this CPU)")
      ->check(CLI::IsMember({"portable", "avx2", "avxvnni", "avx512", "vnni", "neon", "dotprod"}));
  verb.add_option("--precision", precision,
                  "exact: float32; fast: int8 (default: fast for calibrated models)")
      ->check(CLI::IsMember({"exact", "fast"}));
  verb.add_option("--dense", dense, "What runs layers without codes")
      ->check(CLI::IsMember({"builtin", "xnnpack"}));
  verb.add_option("--algorithm", algorithm,
                  "What runs layers with codes in int8 (default: the faster by the plan)")
      ->check(CLI::IsMember({"decode", "table", "expanded"}));
  verb.add_option("--memory-budget", memory_budget,
                  "MB for layers that run faster when they are expanded once (default: 0)")
      ->check(CLI::Range(0, 1024));
  CLI::Option* file = verb.add_option("--plan", plan.file,
                                      "Measured times to plan by, from `bitdown tune` (default:\n"
                                      "MODEL.plan if it fits, else predicted times)");
  verb.add_flag("--no-plan", plan.none, "Plan by predicted times")->excludes(file);
  verb.add_option("--threads", threads, "Threads of one run (default: one a big core)")
      ->check(CLI::Range(1, 64));
  verb.add_flag("--pin", pin, "Keep each thread on a core of its own");
}

void SessionFlags::refuse_without_effect() const {
  if (!algorithm.empty() && precision == "exact") {
    throw Failure(ExitCode::kUsage, "--algorithm " + algorithm +
                                        ": chooses for int8, but --precision exact is float32");
  }
  if (algorithm == "expanded" && memory_budget == 0) {
    throw Failure(ExitCode::kUsage, "--algorithm expanded: needs a --memory-budget");
  }
}

SessionOptions SessionFlags::options() const {
  refuse_without_effect();
  SessionOptions options;
  if (!isa.empty()) options.isa = isa.c_str();
  if (precision == "exact") options.precision = Precision::kExact;
  if (precision == "fast") options.precision = Precision::kFast;
  if (dense == "builtin") options.dense = DenseBackend::kBuiltin;
  if (dense == "xnnpack") options.dense = DenseBackend::kXnnpack;
  if (algorithm == "decode") options.algorithm = Algorithm::kDecode;
  if (algorithm == "table") options.algorithm = Algorithm::kTable;
  if (algorithm == "expanded") options.algorithm = Algorithm::kExpanded;
  options.memory_budget = memory_budget << 20;
  options.threads = threads;
  options.pin_threads = pin;
  return options;
}

PlannedOptions SessionFlags::planned(const Model& model, const std::string& path) const {
  PlannedOptions result;
  result.options = options();
  const Status status = result.plan.attach(model, path, plan, result.options);
  if (!status.ok()) throw Failure(plan.file, status);
  return result;
}

}  // namespace bitdown::apps
