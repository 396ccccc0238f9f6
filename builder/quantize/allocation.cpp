// SPDX-License-Identifier: MIT
#include "quantize/allocation.h"

#include <algorithm>

#include "writer/codes.h"

namespace bitdown::builder {
namespace {

std::size_t cheapest(const std::vector<Choice>& choices) {
  const auto least =
      std::min_element(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) {
        return a.bytes != b.bytes ? a.bytes < b.bytes : a.error < b.error;
      });
  return static_cast<std::size_t>(least - choices.begin());
}

struct Step {
  std::size_t layer = 0;
  std::size_t choice = 0;
  double gain = 0;  ///< Error for a byte.
};

// The best step from `now` that costs at most `left` bytes; gain 0 when there is none.
Step best_step(const std::vector<std::vector<Choice>>& layers, const std::vector<std::size_t>& now,
               std::uint64_t left) {
  Step best;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const Choice& from = layers[layer][now[layer]];
    for (std::size_t i = 0; i < layers[layer].size(); ++i) {
      const Choice& to = layers[layer][i];
      if (to.bytes <= from.bytes || to.bytes - from.bytes > left) continue;
      const double gain = (from.error - to.error) / static_cast<double>(to.bytes - from.bytes);
      if (gain > best.gain) best = {layer, i, gain};
    }
  }
  return best;
}

}  // namespace

std::uint64_t coded_bytes(std::uint64_t weights, std::uint32_t block_size, std::uint32_t entries) {
  const std::uint64_t codes = weights / block_size;
  return (codes * stored_code_bits(entries) + 7) / 8 + std::uint64_t{entries} * block_size * 2;
}

std::optional<std::vector<std::size_t>> allocate(const std::vector<std::vector<Choice>>& layers,
                                                 std::uint64_t budget) {
  std::vector<std::size_t> now;
  std::uint64_t bytes = 0;
  for (const std::vector<Choice>& choices : layers) {
    now.push_back(cheapest(choices));
    bytes += choices[now.back()].bytes;
  }
  if (bytes > budget) return std::nullopt;
  for (Step step = best_step(layers, now, budget - bytes); step.gain > 0;
       step = best_step(layers, now, budget - bytes)) {
    bytes += layers[step.layer][step.choice].bytes - layers[step.layer][now[step.layer]].bytes;
    now[step.layer] = step.choice;
  }
  return now;
}

}  // namespace bitdown::builder
