// SPDX-License-Identifier: MIT
#include "finetune/block_features.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>

#include "quantize/recipe.h"

namespace bitdown::builder {
namespace {

std::size_t elements(const std::vector<std::uint32_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

// Two values of two bytes, at the widest place.
std::size_t images_that_fit(const Graph& graph, std::size_t images) {
  std::size_t widest = 1;
  for (const Value& value : graph.values) widest = std::max(widest, elements(value.shape));
  return std::min<std::size_t>(images, Recipe().feature_bytes / (4 * widest));
}

torch::Tensor stacked(const std::vector<HalfTensor>& tensors,
                      const std::vector<std::int64_t>& shape,
                      std::span<const std::size_t> indices) {
  std::vector<std::int64_t> all = {static_cast<std::int64_t>(indices.size())};
  all.insert(all.end(), shape.begin(), shape.end());
  torch::Tensor batch = torch::empty(all);
  float* data = batch.data_ptr<float>();
  for (const std::size_t index : indices) {
    tensors[index].unpack({data, tensors[index].size()});
    data += tensors[index].size();
  }
  return batch;
}

}  // namespace

BlockFeatures::BlockFeatures(const Images& images, const Graph& graph, std::size_t batch)
    : batch_(batch) {
  const Value& input = graph.values[graph.inputs[0]];
  std::vector<float> values(elements(input.shape));
  const std::size_t count = images_that_fit(graph, images.count());
  for (std::size_t i = 0; i < count; ++i) {
    images.unpack(i, false, values);
    student_.emplace_back(values);
  }
  teacher_ = student_;
  student_shape_.assign(input.shape.begin(), input.shape.end());
  teacher_shape_ = student_shape_;
}

void BlockFeatures::advance_student(TorchNetwork& network, const Part& part) {
  advance(student_, student_shape_, network, part);
}

void BlockFeatures::advance_teacher(TorchNetwork& network, const Part& part) {
  advance(teacher_, teacher_shape_, network, part);
}

void BlockFeatures::advance(Tensors& tensors, std::vector<std::int64_t>& shape,
                            TorchNetwork& network, const Part& part) {
  const torch::NoGradGuard no_grad;
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0);
  torch::Tensor output;
  for (std::size_t at = 0; at < order.size(); at += batch_) {
    const std::size_t size = std::min(batch_, order.size() - at);
    output = network.run(part, stacked(tensors, shape, std::span(order).subspan(at, size)));
    output = output.contiguous();
    const float* data = output.data_ptr<float>();
    const auto each = static_cast<std::size_t>(output[0].numel());
    for (std::size_t i = 0; i < size; ++i) {
      tensors[at + i] = HalfTensor(std::span(data + i * each, each));
    }
  }
  shape.assign(output.sizes().begin() + 1, output.sizes().end());
}

torch::Tensor BlockFeatures::student(std::span<const std::size_t> indices) const {
  return stacked(student_, student_shape_, indices);
}

torch::Tensor BlockFeatures::teacher(std::span<const std::size_t> indices) const {
  return stacked(teacher_, teacher_shape_, indices);
}

}  // namespace bitdown::builder
