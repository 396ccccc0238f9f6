// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "bitdown/session.h"
#include "plan_source.h"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace bitdown::apps {

/// Session options with what they point to.
struct PlannedOptions {
  SessionOptions options;
  PlanSource plan;
};

/// Of --isa.
CLI::Validator isa_check();

/// What --algorithm may be.
std::vector<std::string> algorithm_names();

/// How a verb runs the network: --isa, --precision, --dense, --algorithm, --plan, --no-plan,
/// --memory-budget, --threads and --pin.
struct SessionFlags {
  std::string isa;
  std::string precision;
  std::string dense;
  unsigned threads = 0;
  bool pin = false;
  std::string algorithm;
  PlanChoice plan;
  std::size_t memory_budget = 0;  ///< MB.

  void add_to(CLI::App& verb);

  /// Without a plan. Points into this object.
  SessionOptions options() const;

  /// With the plan for the model at `path`. Throws Failure for an algorithm that this model would
  /// not run by, and for a plan that was named and does not fit.
  PlannedOptions planned(const Model& model, const std::string& path) const;

 private:
  void refuse_without_effect(const std::string& model, Precision runs_in) const;
};

}  // namespace bitdown::apps
