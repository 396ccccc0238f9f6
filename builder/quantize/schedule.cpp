// SPDX-License-Identifier: MIT
#include "quantize/schedule.h"

#include <algorithm>
#include <string>

#include "error.h"
#include "schema/check.h"

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

// Whether 1x1 convolutions feed others: those of projections feed additions only.
bool has_bottlenecks(const Graph& graph) {
  std::vector<bool> pointwise(graph.values.size(), false);
  for (const Node& node : graph.nodes) {
    const auto* convolution = std::get_if<Convolution>(&node.op);
    if (convolution == nullptr) continue;
    if (pointwise[node.inputs[0]]) return true;
    pointwise[node.output] = convolution->kernel == 1;
  }
  return false;
}

std::uint32_t block_size(const Node& node, std::uint32_t columns, Regime regime, bool bottlenecks) {
  const auto* convolution = std::get_if<Convolution>(&node.op);
  std::uint32_t size = 4;
  if (convolution != nullptr && convolution->kernel > 1) {
    size = convolution->kernel * convolution->kernel * (regime == Regime::kLarge ? 2 : 1);
    if (size > schema::Limits::kBlockSize) size = convolution->kernel;  // A row of it.
  } else if (convolution != nullptr && regime == Regime::kLarge && bottlenecks) {
    size = 8;
  }
  while (columns % size != 0) size /= 2;
  return size;
}

std::uint64_t blocks_of(const DenseMatrix& dense, std::uint32_t block_size) {
  return std::uint64_t{dense.rows} * (dense.columns / block_size);
}

void apply(const LayerOverride& change, const std::string& name, const DenseMatrix& dense,
           LayerPlan& plan) {
  const auto fail = [&](const std::string& what) {
    throw Error(StatusCode::kInvalidData, "layer '" + name + "': " + what);
  };
  if (change.block_size > 0) plan.block_size = change.block_size;
  if (dense.columns % plan.block_size != 0) {
    fail("block size " + std::to_string(plan.block_size) + " does not divide its " +
         std::to_string(dense.columns) + " columns");
  }
  const std::uint64_t blocks = blocks_of(dense, plan.block_size);
  if (change.entries > 0) plan.entries = change.entries;
  if (plan.entries > blocks) {
    fail("K = " + std::to_string(plan.entries) + ", but it has only " + std::to_string(blocks) +
         " blocks");
  }
}

void check_names(const Recipe& recipe, const Graph& graph) {
  for (const auto& layer : recipe.layers) {
    const bool known = std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
      return node.name == layer.first && dense_weights(node) != nullptr;
    });
    if (!known) {
      throw Error(StatusCode::kInvalidData,
                  "the network has no layer '" + layer.first + "' to quantize");
    }
  }
}

}  // namespace

std::uint32_t largest_entries(std::uint64_t blocks) {
  std::uint32_t power = 1;
  while (std::uint64_t{power} * 2 * 4 < blocks) power *= 2;
  return power;
}

std::vector<LayerPlan> schedule(const Graph& graph, const Recipe& recipe) {
  check_names(recipe, graph);
  const bool bottlenecks = has_bottlenecks(graph);
  std::vector<LayerPlan> plans;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const DenseMatrix* dense = dense_weights(node);
    if (dense == nullptr) continue;
    const auto change = recipe.layers.find(node.name);
    const bool named = change != recipe.layers.end();
    const bool linear = std::holds_alternative<Linear>(node.op);
    const bool first = !linear && node.inputs[0] == graph.inputs[0];
    if (named ? change->second.keep : first) continue;
    LayerPlan plan;
    plan.node = i;
    plan.block_size = block_size(node, dense->columns, recipe.regime, bottlenecks);
    const std::uint64_t blocks = blocks_of(*dense, plan.block_size);
    if (!named && blocks < kFewestBlocks) continue;
    const std::uint32_t wanted = !linear ? recipe.entries : bottlenecks ? 1024 : 2048;
    plan.entries = std::min(wanted, largest_entries(blocks));
    if (named) apply(change->second, node.name, *dense, plan);
    plans.push_back(plan);
  }
  return plans;
}

}  // namespace bitdown::builder
