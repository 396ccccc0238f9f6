// SPDX-License-Identifier: MIT
#include "quantize/schedule.h"

#include <algorithm>

namespace bitdown::builder {
namespace {

constexpr std::uint64_t kFewestBlocks = 8;

const DenseMatrix* dense_weights(const Node& node) {
  if (const auto* convolution = std::get_if<Convolution>(&node.op)) {
    return std::get_if<DenseMatrix>(&convolution->weights);
  }
  const auto* linear = std::get_if<Linear>(&node.op);
  return linear == nullptr ? nullptr : std::get_if<DenseMatrix>(&linear->weights);
}

// A 1x1 convolution that keeps the size is no downsampling.
bool has_bottlenecks(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
    const auto* convolution = std::get_if<Convolution>(&node.op);
    return convolution != nullptr && convolution->kernel == 1 && convolution->stride == 1;
  });
}

std::uint32_t block_size(const Node& node, std::uint32_t columns, Regime regime, bool bottlenecks) {
  const auto* convolution = std::get_if<Convolution>(&node.op);
  std::uint32_t size = 4;
  if (convolution != nullptr && convolution->kernel > 1) {
    size = convolution->kernel * convolution->kernel * (regime == Regime::kLarge ? 2 : 1);
  } else if (convolution != nullptr && regime == Regime::kLarge && bottlenecks) {
    size = 8;
  }
  while (columns % size != 0) size /= 2;
  return size;
}

std::uint32_t largest_entries(std::uint64_t blocks) {
  std::uint32_t power = 1;
  while (std::uint64_t{power} * 2 * 4 < blocks) power *= 2;
  return power;
}

}  // namespace

std::vector<LayerPlan> schedule(const Graph& graph, Regime regime) {
  const bool bottlenecks = has_bottlenecks(graph);
  std::vector<LayerPlan> plans;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const DenseMatrix* dense = dense_weights(node);
    const bool linear = std::holds_alternative<Linear>(node.op);
    if (dense == nullptr || (!linear && node.inputs[0] == graph.inputs[0])) continue;
    LayerPlan plan;
    plan.node = i;
    plan.block_size = block_size(node, dense->columns, regime, bottlenecks);
    const std::uint64_t blocks = std::uint64_t{dense->rows} * (dense->columns / plan.block_size);
    if (blocks < kFewestBlocks) continue;
    const std::uint32_t wanted = !linear ? 256 : bottlenecks ? 1024 : 2048;
    plan.entries = std::min(wanted, largest_entries(blocks));
    plans.push_back(plan);
  }
  return plans;
}

}  // namespace bitdown::builder
