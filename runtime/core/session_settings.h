// SPDX-License-Identifier: MIT
#pragma once

#include "bitdown/model.h"
#include "bitdown/session.h"
#include "core/plan_file.h"
#include "core/value_table.h"
#include "cores.h"
#include "cpu.h"

/// What a session runs on and computes with: from its options, the environment and the machine.
namespace bitdown {

struct Machine {
  IsaSet isa = kIsaPortable;
  CoreList cores;
  std::uint32_t threads = 1;
};

/// Fails as Session::create does for ISA and threads, and names the environment variable that is
/// wrong.
Result<Machine> choose_machine(const SessionOptions& options);

/// Precision and backend; fails as Session::create does.
Result<PlanOptions> choose_numbers(const SessionOptions& options, const schema::Model& model);

/// The section of a plan file that a session with these options would use.
Result<PlanKey> plan_key(const Model& model, const SessionOptions& options);

}  // namespace bitdown
