// SPDX-License-Identifier: MIT
#include "importers/resnet.h"

#include <set>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/graphs.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"
#include "importers/importer.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;

Graph import_tiny(int depth) {
  return import_bytes(as_bytes(save_legacy(make_checkpoint({TinyDialect::kPqf, depth}))), "tiny");
}

const std::vector<std::uint32_t>& output_shape(const Graph& graph, const std::string& node) {
  return graph.values[find_node(graph, node).output].shape;
}

using Shape = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("nodes stand in execution order, values are written once and named uniquely") {
  for (const int depth : {18, 50}) {
    const Graph graph = import_tiny(depth);
    std::set<ValueId> written(graph.inputs.begin(), graph.inputs.end());
    std::set<std::string> names;
    for (const Value& value : graph.values) CHECK(names.insert(value.name).second);
    for (const Node& node : graph.nodes) {
      for (const ValueId input : node.inputs) CHECK(written.count(input) == 1);
      CHECK(written.insert(node.output).second);
    }
    CHECK(written.size() == graph.values.size());
    REQUIRE(graph.inputs.size() == 1);
    CHECK(graph.values[graph.inputs[0]].name == "input");
    CHECK(graph.values[graph.inputs[0]].shape == Shape{3, 224, 224});
    REQUIRE(graph.outputs.size() == 2);
    CHECK(graph.values[graph.outputs[0]].name == "logits");
    CHECK(graph.values[graph.outputs[1]].name == "probabilities");
    CHECK(find_node(graph, "fc").output == graph.outputs[0]);
    CHECK(std::holds_alternative<Softmax>(graph.nodes.back().op));
  }
}

TEST_CASE("ResNet-18 has its strides, sizes and residuals where torchvision has them") {
  const Graph graph = import_tiny(18);
  CHECK(output_shape(graph, "conv1") == Shape{64, 112, 112});
  CHECK(output_shape(graph, "maxpool") == Shape{64, 56, 56});
  CHECK(output_shape(graph, "layer1.1.conv2") == Shape{64, 56, 56});
  CHECK(output_shape(graph, "layer2.0.conv1") == Shape{128, 28, 28});
  CHECK(output_shape(graph, "layer4.1.conv2") == Shape{512, 7, 7});
  CHECK(output_shape(graph, "avgpool") == Shape{512});
  CHECK(find_convolution(graph, "layer2.0.conv1").stride == 2);
  CHECK(find_convolution(graph, "layer2.0.conv2").stride == 1);
  const Node& plain = find_node(graph, "layer1.0.conv2");
  CHECK(plain.inputs == std::vector<ValueId>{find_node(graph, "layer1.0.conv1").output,
                                             find_node(graph, "maxpool").output});
  const Node& projected = find_node(graph, "layer2.0.conv2");
  CHECK(projected.inputs[1] == find_node(graph, "layer2.0.downsample.0").output);
  CHECK(find_node(graph, "layer2.0.downsample.0").inputs ==
        std::vector<ValueId>{find_node(graph, "layer1.1.conv2").output});
}

TEST_CASE("bottlenecks have the stride on the 3x3 and the activation after the addition") {
  const Graph graph = import_tiny(50);
  CHECK(output_shape(graph, "layer1.0.conv3") == Shape{256, 56, 56});
  CHECK(output_shape(graph, "layer2.0.conv1") == Shape{128, 56, 56});
  CHECK(output_shape(graph, "layer2.0.conv2") == Shape{128, 28, 28});
  CHECK(output_shape(graph, "layer4.2.conv3") == Shape{2048, 7, 7});
  CHECK(find_convolution(graph, "layer1.0.downsample.0").stride == 1);
  CHECK(find_convolution(graph, "layer2.0.downsample.0").stride == 2);
  CHECK_FALSE(find_convolution(graph, "layer2.0.downsample.0").relu);
  for (const char* name : {"conv1", "layer1.0.conv1", "layer1.0.conv2", "layer1.0.conv3"}) {
    CHECK(find_convolution(graph, name).relu);
  }
  CHECK(find_node(graph, "layer3.4.conv3").inputs[1] == find_node(graph, "layer3.3.conv3").output);
  CHECK(find_node(graph, "layer3.4.conv2").inputs.size() == 1);
  const auto& pool = std::get<MaxPool>(find_node(graph, "maxpool").op);
  CHECK(pool.kernel == 3);
  CHECK(pool.stride == 2);
  CHECK(pool.padding == 1);
}
