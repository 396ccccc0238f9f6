// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "bitdown/model.h"

namespace bitdown::apps {

/// All inputs of a .npy file of (C, H, W) or (N, C, H, W), N >= 1, where `shape` is (C, H, W):
/// planar, one after another. Throws Failure; a file of another shape is refused before it is
/// read.
std::vector<float> prepared_inputs(const Shape& shape, const std::string& file);

/// The network's first input, planar: the first one of a .npy file of (C, H, W) or (N, C, H, W), or
/// a photograph prepared as the model says; numbers in [-2, 2), the same on every machine, when
/// `file` is empty. Throws Failure.
std::vector<float> network_input(const Model& model, const std::string& file);

}  // namespace bitdown::apps
