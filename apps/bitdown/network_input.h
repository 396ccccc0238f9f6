// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "bitdown/model.h"

namespace bitdown::apps {

/// The network's first input, planar: the first one of a .npy file of (C, H, W) or (N, C, H, W), or
/// a photograph prepared as the model says; numbers in [-2, 2), the same on every machine, when
/// `file` is empty. Throws Failure.
std::vector<float> network_input(const Model& model, const std::string& file);

}  // namespace bitdown::apps
