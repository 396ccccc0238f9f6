// SPDX-License-Identifier: MIT
#include "finetune/batches.h"

#include <algorithm>
#include <cmath>

namespace bitdown::builder {
namespace {

// Of an image whose sides go from -1 to 1: where the part's pixels come from, as (2, 3).
torch::Tensor random_part(double crop, Random& random) {
  const double area = crop + (1 - crop) * random.uniform();
  const double most = std::min(std::log(4.0 / 3), -std::log(area));  // So that no side exceeds 1.
  const double ratio = std::exp((2 * random.uniform() - 1) * most);
  const double width = std::sqrt(area * ratio);
  const double height = std::sqrt(area / ratio);
  const double x = (1 - width) * (2 * random.uniform() - 1);
  const double y = (1 - height) * (2 * random.uniform() - 1);
  const double mirror = random.below(2) == 0 ? 1 : -1;
  return torch::tensor({mirror * width, 0.0, x, 0.0, height, y}, torch::kFloat).reshape({2, 3});
}

}  // namespace

Batches::Batches(const Images& images, const std::vector<std::uint32_t>& shape)
    : images_(images), shape_(shape.begin(), shape.end()) {}

torch::Tensor Batches::plain(std::span<const std::size_t> indices) const {
  std::vector<std::int64_t> shape = {static_cast<std::int64_t>(indices.size())};
  shape.insert(shape.end(), shape_.begin(), shape_.end());
  torch::Tensor batch = torch::empty(shape);
  const auto elements = static_cast<std::size_t>(batch[0].numel());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    images_.unpack(indices[i], false, {batch.data_ptr<float>() + i * elements, elements});
  }
  return batch;
}

torch::Tensor Batches::augmented(std::span<const std::size_t> indices, double crop,
                                 Random& random) const {
  const torch::Tensor batch = plain(indices);
  std::vector<torch::Tensor> parts;
  for (std::size_t i = 0; i < indices.size(); ++i) parts.push_back(random_part(crop, random));
  const torch::Tensor grid = torch::nn::functional::affine_grid(torch::stack(parts), batch.sizes(),
                                                                /*align_corners=*/false);
  return torch::grid_sampler(batch, grid, /*bilinear*/ 0, /*border*/ 1, false);
}

}  // namespace bitdown::builder
