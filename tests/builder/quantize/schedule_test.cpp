// SPDX-License-Identifier: MIT
#include "quantize/schedule.h"

#include <cmath>
#include <map>
#include <string>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"
#include "importers/importer.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

using builder::Recipe;
using builder::Regime;

Recipe recipe_of(Regime regime) {
  Recipe recipe;
  recipe.regime = regime;
  return recipe;
}

builder::Graph resnet(int depth) {
  const FakeCheckpoint checkpoint = make_checkpoint({TinyDialect::kTorchvision, depth, 1000});
  return builder::import_bytes(as_bytes(save_legacy(checkpoint)), "resnet.pth");
}

// Codes, codebooks and the rest by the paper's accounting, in MB.
double paper_size(const builder::Graph& graph, Regime regime) {
  double bytes = 0;
  std::map<std::size_t, builder::LayerPlan> plans;
  for (const builder::LayerPlan& plan : builder::schedule(graph, recipe_of(regime)))
    plans[plan.node] = plan;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto* convolution = std::get_if<builder::Convolution>(&graph.nodes[i].op);
    const auto* linear = std::get_if<builder::Linear>(&graph.nodes[i].op);
    if (convolution == nullptr && linear == nullptr) continue;
    const auto& dense = std::get<builder::DenseMatrix>(convolution != nullptr ? convolution->weights
                                                                              : linear->weights);
    const double weights = static_cast<double>(dense.values.size());
    bytes += 4.0 * dense.rows * (convolution != nullptr ? 2 : 1);
    if (!plans.contains(i)) {
      bytes += 4 * weights;
      continue;
    }
    const builder::LayerPlan& plan = plans[i];
    bytes += weights / plan.block_size * std::log2(plan.entries) / 8;
    bytes += 2.0 * plan.entries * plan.block_size;
  }
  return bytes / (1 << 20);
}

TEST_CASE("sizes are those of the paper's table") {
  const builder::Graph resnet18 = resnet(18);
  const builder::Graph resnet50 = resnet(50);
  CHECK(std::abs(paper_size(resnet18, Regime::kSmall) - 1.541) < 0.0006);
  CHECK(std::abs(paper_size(resnet18, Regime::kLarge) - 1.029) < 0.0006);
  CHECK(std::abs(paper_size(resnet50, Regime::kSmall) - 5.091) < 0.0006);
  CHECK(std::abs(paper_size(resnet50, Regime::kLarge) - 3.184) < 0.0006);
}

TEST_CASE("all layers but the first have a plan, in order, and the smallest has few codewords") {
  const builder::Graph graph = resnet(50);
  const std::vector<builder::LayerPlan> plans = builder::schedule(graph, recipe_of(Regime::kLarge));
  CHECK(plans.size() == 53);
  CHECK(graph.nodes[plans[0].node].name == "layer1.0.conv1");
  CHECK(plans[0].block_size == 8);
  CHECK(plans[0].entries == 64);  // 512 blocks.
  CHECK(graph.nodes[plans.back().node].name == "fc");
  CHECK(plans.back().entries == 1024);
  for (std::size_t i = 1; i < plans.size(); ++i) CHECK(plans[i - 1].node < plans[i].node);
  CHECK(builder::schedule(graph, recipe_of(Regime::kSmall))[0].entries == 128);  // 1024 blocks.
}

TEST_CASE("block sizes divide the columns, and coded layers have no plan") {
  const builder::Graph graph = tiny_network({.dense = true});
  for (const builder::LayerPlan& plan : builder::schedule(graph, recipe_of(Regime::kLarge))) {
    const auto* convolution = std::get_if<builder::Convolution>(&graph.nodes[plan.node].op);
    const auto& dense = std::get<builder::DenseMatrix>(
        convolution != nullptr ? convolution->weights
                               : std::get<builder::Linear>(graph.nodes[plan.node].op).weights);
    CHECK(dense.columns % plan.block_size == 0);
    CHECK(plan.entries * 4 < dense.rows * (dense.columns / plan.block_size));
  }
  CHECK(builder::schedule(tiny_network(), {}).empty());
}

TEST_CASE("networks of any layer names have a plan, by kind and shape") {
  builder::Graph graph;
  graph.inputs = {graph.add_value("input", {1, 28, 28})};
  const auto add = [&](builder::Operator op, builder::ValueId input,
                       std::vector<std::uint32_t> shape) {
    const builder::ValueId value = graph.add_value("v", std::move(shape));
    graph.nodes.push_back({"n" + std::to_string(value), {input}, value, std::move(op)});
    return value;
  };
  const auto convolution = [&](builder::ValueId input, std::uint32_t outputs, std::uint32_t kernel,
                               std::uint32_t side) {
    const std::uint32_t columns = graph.values[input].shape[0] * kernel * kernel;
    builder::Convolution op;
    op.weights =
        builder::DenseMatrix{outputs, columns, std::vector<float>(std::size_t{outputs} * columns)};
    op.kernel = kernel;
    return add(op, input, {outputs, side, side});
  };
  const builder::ValueId stem = convolution(0, 32, 3, 28);
  const builder::ValueId projection = convolution(stem, 64, 1, 28);
  const builder::ValueId block = convolution(stem, 64, 3, 28);
  graph.nodes.back().inputs.push_back(projection);
  const builder::ValueId wide = convolution(block, 8, 17, 12);
  const builder::ValueId pooled = add(builder::GlobalAveragePool{}, wide, {8});
  builder::Linear linear;
  linear.weights = builder::DenseMatrix{100, 8, std::vector<float>(800)};
  graph.outputs = {add(linear, pooled, {100})};

  const auto plans = builder::schedule(graph, recipe_of(Regime::kLarge));
  REQUIRE(plans.size() == 4);
  CHECK(plans[0].block_size == 4);  // A projection makes no bottleneck.
  CHECK(plans[1].block_size == 18);
  CHECK(plans[2].block_size == 17);
  CHECK(plans[3].block_size == 4);
  CHECK(plans[3].entries == 32);
}

TEST_CASE("a recipe changes single layers, and all convolutions' codewords") {
  const builder::Graph graph = resnet(50);
  Recipe recipe;
  recipe.entries = 512;
  recipe.layers["conv1"] = {7, 16, false};  // Of the first, which has no plan otherwise.
  recipe.layers["layer1.0.conv2"] = {18, 0, false};
  recipe.layers["layer2.0.conv1"] = {0, 64, false};
  recipe.layers["fc"].keep = true;
  const std::vector<builder::LayerPlan> plans = builder::schedule(graph, recipe);
  CHECK(plans.size() == 53);
  std::map<std::string, builder::LayerPlan> by_name;
  for (const builder::LayerPlan& plan : plans) by_name[graph.nodes[plan.node].name] = plan;
  CHECK_FALSE(by_name.contains("fc"));
  CHECK(by_name["conv1"].block_size == 7);
  CHECK(by_name["conv1"].entries == 16);
  CHECK(by_name["layer1.0.conv2"].block_size == 18);
  CHECK(by_name["layer1.0.conv2"].entries == 512);
  CHECK(by_name["layer2.0.conv1"].block_size == 4);
  CHECK(by_name["layer2.0.conv1"].entries == 64);
  CHECK(by_name["layer4.2.conv2"].entries == 512);
}

TEST_CASE("a recipe that a layer cannot have is refused with its name") {
  const builder::Graph graph = resnet(18);
  const auto refusal = [&](const char* layer, builder::LayerOverride change) {
    Recipe recipe;
    recipe.layers[layer] = change;
    const Failure failure = error_of([&] { builder::schedule(graph, recipe); });
    CHECK(failure.code == StatusCode::kInvalidData);
    return failure.message;
  };
  CHECK(refusal("layer9", {}) == "the network has no layer 'layer9' to quantize");
  CHECK(refusal("maxpool", {}) == "the network has no layer 'maxpool' to quantize");
  CHECK(refusal("fc", {5, 0, false}) == "layer 'fc': block size 5 does not divide its 512 columns");
  CHECK(refusal("layer1.0.conv1", {64, 1000, false}) ==
        "layer 'layer1.0.conv1': K = 1000, but it has only 576 blocks");
}

}  // namespace
}  // namespace bitdown::tests
