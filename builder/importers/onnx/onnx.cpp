// SPDX-License-Identifier: MIT
#include "importers/onnx/onnx.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "importers/failure.h"
#include "importers/onnx/model.h"
#include "importers/onnx/operators.h"
#include "importers/sha256.h"
#include "schema/check.h"

namespace bitdown::builder::onnx {
namespace {

struct OperatorType {
  std::string_view name;
  void (*convert)(NodeContext& node);
};

constexpr OperatorType kOperators[] = {
    {"Add", convert_add},
    {"AveragePool", convert_average_pool},
    {"BatchNormalization", convert_batch_normalization},
    {"Constant", convert_constant},
    {"Conv", convert_conv},
    {"Dropout", convert_dropout},
    {"Flatten", convert_flatten},
    {"Gemm", convert_gemm},
    {"GlobalAveragePool", convert_global_average_pool},
    {"Identity", convert_identity},
    {"MatMul", convert_mat_mul},
    {"MaxPool", convert_max_pool},
    {"ReduceMean", convert_reduce_mean},
    {"Relu", convert_relu},
    {"Reshape", convert_reshape},
    {"Softmax", convert_softmax},
};

void convert(const NodeProto& node, Conversion& conversion) {
  NodeContext context(node, conversion);
  if (!node.domain().empty() && node.domain() != "ai.onnx") {
    context.refuse("an operator of " + in_quotes(node.domain()));
  }
  const auto* known = std::find_if(std::begin(kOperators), std::end(kOperators),
                                   [&](const auto& type) { return type.name == node.op_type(); });
  if (known == std::end(kOperators)) context.refuse("this operator cannot be imported");
  known->convert(context);
  context.attributes().refuse_others();
}

/// Without the batch, which must be 1 or left open.
Shape shape_of(const ValueInfoProto& input) {
  const TypeProto::Tensor& type = input.type().tensor_type();
  const std::string name = "input " + in_quotes(input.name());
  if (type.elem_type() != TensorProto::FLOAT && type.elem_type() != TensorProto::FLOAT16) {
    fail_unsupported(name + " does not take floating-point numbers");
  }
  const auto& sides = type.shape().dim();
  if (sides.size() != 4) {
    fail_unsupported(name + " has " + std::to_string(sides.size()) +
                     " dimensions instead of batch, channels, height, width");
  }
  if (sides[0].has_dim_value() && sides[0].dim_value() != 1) {
    fail_unsupported(name + " has a batch of " + std::to_string(sides[0].dim_value()) +
                     "; export the network with 1");
  }
  Shape shape;
  for (int i = 1; i < sides.size(); ++i) {
    if (!sides[i].has_dim_value()) {
      fail_unsupported(name + ": dimension " + in_quotes(sides[i].dim_param()) +
                       " is left open; export the network for one size");
    }
    if (sides[i].dim_value() < 1 || sides[i].dim_value() > schema::Limits::kDimension) {
      fail_invalid(name + ": dimension " + std::to_string(sides[i].dim_value()) +
                   " is not from 1 to 65536");
    }
    shape.push_back(static_cast<std::uint32_t>(sides[i].dim_value()));
  }
  return shape;
}

ValueId find_output(const Scope& scope, const Network& network) {
  const Binding* output = scope.find(scope.output());
  const auto* value = output == nullptr ? nullptr : std::get_if<ValueId>(output);
  if (value == nullptr) fail_invalid("no node computes the output " + in_quotes(scope.output()));
  if (network.is_image(*value)) {
    fail_unsupported("the output " + in_quotes(scope.output()) +
                     " is an image; only classifiers can be imported");
  }
  return *value;
}

/// Of the file, or, when its numbers lie in others too, of the list of all their sums.
std::string checksum(std::span<const std::byte> file, const Tensors& tensors) {
  const std::string own = sha256(file);
  if (tensors.files().empty()) return own;
  std::string list = own + "\n";
  for (const auto& [name, mapped] : tensors.files()) list += sha256(mapped.bytes()) + "\n";
  return sha256(std::as_bytes(std::span(list)));
}

}  // namespace

Graph import_onnx(std::span<const std::byte> file,
                  const std::optional<std::filesystem::path>& folder) {
  const ModelProto model = parse(file);
  Scope scope(model.graph());
  Tensors tensors(folder);
  Network network(shape_of(scope.input()));
  Conversion conversion{scope, tensors, network};
  scope.bind(scope.input().name(), network.input());
  conversion.uses[network.input()] = scope.uses(scope.input().name());
  for (const NodeProto* node : scope.nodes()) convert(*node, conversion);
  const ValueId output = find_output(scope, network);
  Graph graph = std::move(network).finish(output);
  graph.provenance.source_format = "onnx";
  graph.provenance.source_sha256 = checksum(file, tensors);
  return graph;
}

}  // namespace bitdown::builder::onnx
