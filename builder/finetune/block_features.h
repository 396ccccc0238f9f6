// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <span>
#include <vector>

#include "finetune/network.h"
#include "quantize/half_tensor.h"
#include "quantize/images.h"

namespace bitdown::builder {

/// What flows between blocks, for as many images as fit into memory: what the student's block
/// takes, and what the teacher's gives.
class BlockFeatures {
 public:
  /// At the network's input.
  BlockFeatures(const Images& images, const Graph& graph, std::size_t batch);

  std::size_t count() const { return student_.size(); }

  /// Through the next part.
  void advance_student(TorchNetwork& network, const Part& part);
  void advance_teacher(TorchNetwork& network, const Part& part);

  /// Of some images, as (N, ...).
  torch::Tensor student(std::span<const std::size_t> indices) const;
  torch::Tensor teacher(std::span<const std::size_t> indices) const;

 private:
  using Tensors = std::vector<HalfTensor>;

  void advance(Tensors& tensors, std::vector<std::int64_t>& shape, TorchNetwork& network,
               const Part& part);

  const std::size_t batch_;
  Tensors student_;
  Tensors teacher_;
  std::vector<std::int64_t> student_shape_;  // Of one image.
  std::vector<std::int64_t> teacher_shape_;
};

}  // namespace bitdown::builder
