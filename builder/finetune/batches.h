// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <span>
#include <vector>

#include "quantize/images.h"
#include "quantize/random.h"

namespace bitdown::builder {

/// Images as tensors (N, C, H, W).
class Batches {
 public:
  /// `shape` is (C, H, W). `images` must outlive it.
  Batches(const Images& images, const std::vector<std::uint32_t>& shape);

  /// As they are.
  torch::Tensor plain(std::span<const std::size_t> indices) const;

  /// Each mirrored with probability 1/2 and cut to a random part, whose area is `crop` to 1 of
  /// the image's and whose sides' ratio is 3/4 to 4/3 of the image's where that fits into it,
  /// scaled to the whole (as torchvision's RandomResizedCrop).
  torch::Tensor augmented(std::span<const std::size_t> indices, double crop, Random& random) const;

 private:
  const Images& images_;
  std::vector<std::int64_t> shape_;
};

}  // namespace bitdown::builder
