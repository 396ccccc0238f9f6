// SPDX-License-Identifier: MIT
#include "bitdown/session_flags.h"

#include <CLI/CLI.hpp>

#include "algorithm_names.h"
#include "bitdown/failure.h"
#include "core/session_settings.h"
#include "cpu.h"

namespace bitdown::apps {

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (const AlgorithmName& entry : kAlgorithmNames) names.emplace_back(entry.name);
  return names;
}

CLI::Validator isa_check() {
  const std::span<const char* const> names = isa_names();
  return CLI::IsMember(std::vector<std::string>(names.begin(), names.end()));
}

void SessionFlags::add_to(CLI::App& verb) {
  verb.add_option("--isa", isa, "Instruction set (default: the best of this CPU)")
      ->check(isa_check());
  verb.add_option("--precision", precision,
                  "exact: float32; fast: int8 (default: fast for calibrated models)")
      ->check(CLI::IsMember({"exact", "fast"}));
  verb.add_option("--dense", dense, "What runs layers without codes")
      ->check(CLI::IsMember({"builtin", "xnnpack"}));
  CLI::Option* named =
      verb.add_option("--algorithm", algorithm,
                      "What runs layers with codes; table, expanded: in int8, winograd: in\n"
                      "float32 (default: the fastest by the plan)")
          ->check(CLI::IsMember(algorithm_names()));
  verb.add_option("--memory-budget", memory_budget,
                  "MB for layers that run faster when they are expanded once (default: 0)")
      ->check(CLI::Range(0, 1024));
  CLI::Option* file = verb.add_option("--plan", plan.file,
                                      "Measured times to plan by, from `bitdown tune` (default:\n"
                                      "MODEL.plan if it fits, else predicted times)")
                          ->excludes(named);
  verb.add_flag("--no-plan", plan.none, "Plan by predicted times")->excludes(file);
  verb.add_option("--threads", threads, "Threads of one run (default: one a big core)")
      ->check(CLI::Range(1, 64));
  verb.add_flag("--pin", pin, "Keep each thread on a core of its own");
}

// Sessions would run layers by another algorithm and say nothing.
void SessionFlags::refuse_without_effect(const std::string& model, Precision runs_in) const {
  const AlgorithmName* const named = find_algorithm(algorithm);
  if (named == nullptr) return;
  const auto refuse = [&](const std::string& why) {
    throw Failure(ExitCode::kUsage, "--algorithm " + algorithm + ": " + why);
  };
  if (!named->runs_in(runs_in)) {
    const std::string what = !precision.empty()   ? "--precision " + precision
                             : dense == "xnnpack" ? "--dense xnnpack"
                                                  : model;
    refuse(runs_in == Precision::kFast ? "is for float32, but " + what + " runs in int8"
                                       : "is for int8, but " + what + " runs in float32");
  }
  if (algorithm == "expanded" && memory_budget == 0) refuse("needs a --memory-budget");
}

SessionOptions SessionFlags::options() const {
  SessionOptions options;
  if (!isa.empty()) options.isa = isa.c_str();
  if (precision == "exact") options.precision = Precision::kExact;
  if (precision == "fast") options.precision = Precision::kFast;
  if (dense == "builtin") options.dense = DenseBackend::kBuiltin;
  if (dense == "xnnpack") options.dense = DenseBackend::kXnnpack;
  if (const auto* named = find_algorithm(algorithm)) options.algorithm = named->algorithm;
  options.memory_budget = memory_budget << 20;
  options.threads = threads;
  options.pin_threads = pin;
  return options;
}

PlannedOptions SessionFlags::planned(const Model& model, const std::string& path) const {
  PlannedOptions result;
  result.options = options();
  const bool fast = value_or_fail(path, choose_numbers(result.options, model.root())).fast;
  refuse_without_effect(path, fast ? Precision::kFast : Precision::kExact);
  const Status status = result.plan.attach(model, path, plan, result.options);
  if (!status.ok()) throw Failure(plan.file, status);
  return result;
}

}  // namespace bitdown::apps
