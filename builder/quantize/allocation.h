// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace bitdown::builder {

/// One way to code a layer.
struct Choice {
  std::uint32_t block_size = 0;
  std::uint32_t entries = 0;
  std::uint64_t bytes = 0;  ///< Codes and codebook as stored.
  double error = 0;         ///< That it causes; those of all layers add up.
};

/// Bytes of `weights` numbers coded like this.
std::uint64_t coded_bytes(std::uint64_t weights, std::uint32_t block_size, std::uint32_t entries);

/// One choice for each layer (an index into its choices, of which there is at least one) such that
/// their bytes stay within `budget` and the sum of their errors is as small as greedy steps get it:
/// from the cheapest choices on, each step takes the one that lowers the error most for a byte.
/// That is optimal up to the last step where errors fall ever more slowly with bytes. Nothing when
/// even the cheapest choices are too large.
std::optional<std::vector<std::size_t>> allocate(const std::vector<std::vector<Choice>>& layers,
                                                 std::uint64_t budget);

}  // namespace bitdown::builder
