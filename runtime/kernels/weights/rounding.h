// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>

namespace bitdown::kernels {

/// Rounds the `count` numbers of a codeword, in units of the step and in [-127, 127], to integers
/// whose sum is the nearest to the sum of the numbers: first each to the nearest, then as many as
/// the sum is off to their other neighbour, those closest to it first (the first among equals).
///
/// Why: the activations under a codeword are neighbours, taps of one 3x3 window or channels after a
/// ReLU, so they are mostly alike, x = mean + rest. An error e of the weights gives
/// mean * sum(e) + dot(e, rest), and the first part, the larger one, adds up over every use of the
/// codeword. `numbers` is left with the errors, numbers - q.
template <typename T>
void round_keeping_sum(float* numbers, std::uint32_t count, T* q) {
  float sum = 0.0f;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto nearest = static_cast<T>(std::lrint(numbers[i]));
    q[i] = nearest;
    numbers[i] -= static_cast<float>(nearest);
    sum += numbers[i];
  }
  const long off = std::lrint(sum);
  const int direction = off < 0 ? -1 : 1;
  for (long left = off; left != 0; left -= direction) {
    std::uint32_t closest = 0;
    for (std::uint32_t i = 1; i < count; ++i) {
      const float gain = static_cast<float>(direction) * (numbers[i] - numbers[closest]);
      if (gain > 0.0f) closest = i;
    }
    q[closest] = static_cast<T>(q[closest] + direction);
    numbers[closest] -= static_cast<float>(direction);
  }
}

}  // namespace bitdown::kernels
