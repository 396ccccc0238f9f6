// SPDX-License-Identifier: MIT
#pragma once

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
  // Adding 1.5 * 2^23 and taking it away again rounds to nearest even; lrint() may be a call.
  constexpr float kRound = 0x1.8p23f;
  float sum = 0.0f;
  for (std::uint32_t i = 0; i < count; ++i) {
    const float nearest = (numbers[i] + kRound) - kRound;
    q[i] = static_cast<T>(nearest);
    numbers[i] -= nearest;
    sum += numbers[i];
  }
  const auto off = static_cast<std::int32_t>((sum + kRound) - kRound);
  const std::int32_t direction = off < 0 ? -1 : 1;
  for (std::int32_t left = off; left != 0; left -= direction) {
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
