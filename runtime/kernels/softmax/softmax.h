// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace bitdown::kernels {

/// y[i] = exp(x[i] - max x) / sum over j of exp(x[j] - max x); y may be x. count >= 1.
void softmax(const float* x, std::size_t count, float* y);

}  // namespace bitdown::kernels
