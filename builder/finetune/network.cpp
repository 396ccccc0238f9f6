// SPDX-License-Identifier: MIT
#include "finetune/network.h"

#include <algorithm>
#include <utility>

#include "error.h"
#include "kernels/half/half.h"

namespace bitdown::builder {
namespace {

torch::Tensor tensor_of(const std::vector<float>& values, std::vector<std::int64_t> shape) {
  return torch::tensor(values).reshape(shape);
}

std::vector<float> values_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().contiguous().to(torch::kCPU);
  const float* data = flat.data_ptr<float>();
  return {data, data + flat.numel()};
}

Parameter parameter(const torch::Tensor& value, const torch::Tensor& unit) {
  const torch::Tensor safe = torch::where(unit > 0, unit, torch::ones_like(unit));
  return {(value / safe).set_requires_grad(true), safe};
}

torch::Tensor root_mean_square(const torch::Tensor& value) {
  return value.square().mean().sqrt();
}

void set_weights(const Weights& weights, TorchLayer& layer) {
  if (const auto* coded = std::get_if<CodedMatrix>(&weights)) {
    const std::vector<std::int64_t> codes(coded->codes.begin(), coded->codes.end());
    layer.codes = torch::tensor(codes);
    const torch::Tensor uses = torch::bincount(layer.codes, {}, coded->entries());
    layer.uses = uses.clamp_min(1).unsqueeze(1).to(torch::kFloat);
    const torch::Tensor codebook =
        tensor_of(coded->codebook, {coded->entries(), coded->block_size});
    layer.weights = parameter(codebook, root_mean_square(codebook));
  } else {
    const auto& dense = std::get<DenseMatrix>(weights);
    const torch::Tensor matrix = tensor_of(dense.values, {dense.rows, dense.columns});
    layer.weights = parameter(matrix, matrix.square().mean(1, true).sqrt());
  }
}

std::uint32_t rows_of(const Weights& weights) {
  return std::visit([](const auto& matrix) { return matrix.rows; }, weights);
}

// The matrix of a layer's weights, as (rows, columns).
void store_weights(const TorchLayer& layer, Weights& weights) {
  std::vector<float> values = values_of(layer.weights.value());
  if (auto* coded = std::get_if<CodedMatrix>(&weights)) {
    constexpr float kLargestHalf = 65504;
    for (float& value : values) {
      value = kernels::half_to_float(
          kernels::float_to_half(std::clamp(value, -kLargestHalf, kLargestHalf)));
    }
    coded->codebook = std::move(values);
  } else {
    std::get<DenseMatrix>(weights).values = std::move(values);
  }
}

TorchLayer layer_of(const Convolution& convolution) {
  TorchLayer layer;
  set_weights(convolution.weights, layer);
  layer.shape = {rows_of(convolution.weights), -1, convolution.kernel, convolution.kernel};
  if (!convolution.scale.empty()) {
    const torch::Tensor scale = torch::tensor(convolution.scale);
    layer.scale = parameter(scale, scale.abs());
  }
  if (!convolution.shift.empty()) {
    const torch::Tensor shift = torch::tensor(convolution.shift);
    layer.shift = parameter(shift, root_mean_square(shift));
  }
  return layer;
}

TorchLayer layer_of(const Linear& linear) {
  TorchLayer layer;
  set_weights(linear.weights, layer);
  layer.shape = {rows_of(linear.weights), -1};
  if (!linear.bias.empty()) {
    const torch::Tensor bias = torch::tensor(linear.bias);
    layer.shift = parameter(bias, root_mean_square(bias));
  }
  return layer;
}

torch::Tensor optional_value(const Parameter& parameter) {
  return parameter.factor.defined() ? parameter.value() : torch::Tensor();
}

}  // namespace

torch::Tensor TorchLayer::expanded() const {
  const torch::Tensor values = weights.value();
  return (codes.defined() ? values.index_select(0, codes) : values).reshape(shape);
}

TorchNetwork::TorchNetwork(const Graph& graph) : graph_(graph), layers_(graph.nodes.size()) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Operator& op = graph.nodes[i].op;
    if (const auto* convolution = std::get_if<Convolution>(&op)) {
      layers_[i] = layer_of(*convolution);
    } else if (const auto* linear = std::get_if<Linear>(&op)) {
      layers_[i] = layer_of(*linear);
    }
  }
}

torch::Tensor TorchNetwork::run(const Part& part, const torch::Tensor& input) {
  std::vector<torch::Tensor> values(graph_.values.size());
  values[part.input] = input;
  for (std::size_t i = part.begin; i < part.end; ++i) {
    values[graph_.nodes[i].output] = apply(i, values);
  }
  return values[part.output];
}

torch::Tensor TorchNetwork::apply(std::size_t index, const std::vector<torch::Tensor>& values) {
  const Node& node = graph_.nodes[index];
  const torch::Tensor& input = values[node.inputs[0]];
  if (const auto* convolution = std::get_if<Convolution>(&node.op)) {
    torch::Tensor output = convolve(index, input);
    if (watch_) output = watch_(index, output);
    if (node.inputs.size() > 1) output = output + values[node.inputs[1]];
    return convolution->relu ? output.relu() : output;
  }
  if (std::holds_alternative<Linear>(node.op)) {
    const TorchLayer& layer = *layers_[index];
    return torch::linear(input.flatten(1), layer.expanded(), optional_value(layer.shift));
  }
  if (const auto* pool = std::get_if<MaxPool>(&node.op)) {
    return torch::max_pool2d(input, pool->kernel, pool->stride, pool->padding);
  }
  if (std::holds_alternative<GlobalAveragePool>(node.op)) return input.mean({2, 3});
  return torch::softmax(input, 1);
}

// The scale goes into the weights: one tensor of activations less to keep for the way back.
torch::Tensor TorchNetwork::convolve(std::size_t index, const torch::Tensor& input) {
  const auto& convolution = std::get<Convolution>(graph_.nodes[index].op);
  const TorchLayer& layer = *layers_[index];
  torch::Tensor weights = layer.expanded();
  if (layer.scale.factor.defined()) {
    weights = weights * layer.scale.value().reshape({-1, 1, 1, 1});
  }
  return torch::conv2d(input, weights, optional_value(layer.shift), convolution.stride,
                       convolution.padding);
}

void TorchNetwork::write_to(Graph& graph) const {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (!layers_[i]) continue;
    const TorchLayer& layer = *layers_[i];
    if (auto* convolution = std::get_if<Convolution>(&graph.nodes[i].op)) {
      store_weights(layer, convolution->weights);
      if (layer.scale.factor.defined()) convolution->scale = values_of(layer.scale.value());
      if (layer.shift.factor.defined()) convolution->shift = values_of(layer.shift.value());
    } else if (auto* linear = std::get_if<Linear>(&graph.nodes[i].op)) {
      store_weights(layer, linear->weights);
      if (layer.shift.factor.defined()) linear->bias = values_of(layer.shift.value());
    }
  }
}

}  // namespace bitdown::builder
