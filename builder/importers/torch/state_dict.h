// SPDX-License-Identifier: MIT
#pragma once

#include "importers/state_dict.h"
#include "importers/torch/checkpoint.h"

namespace bitdown::builder::torch {

/// The numbers of a checkpoint, {"conv1": {"weight": t}} and {"conv1.weight": t} both as
/// "conv1.weight", without a surrounding {"state_dict": ...}. `checkpoint` must outlive the result.
/// Throws Error: kUnsupported (not a dictionary of at most two levels with text as keys) and what
/// StateDict throws.
StateDict read_state_dict(const Checkpoint& checkpoint);

}  // namespace bitdown::builder::torch
