// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace bitdown::builder {

/// The names of ILSVRC-2012's 1000 classes in index order (imagenet_labels.txt).
std::vector<std::string> imagenet_labels();

}  // namespace bitdown::builder
