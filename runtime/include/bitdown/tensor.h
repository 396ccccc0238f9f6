// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitdown {

/// Shape of a tensor without the batch dimension, which is always 1: (C, H, W) or (N).
struct Shape {
  static constexpr std::size_t kMaxRank = 4;

  std::array<std::uint32_t, kMaxRank> dimensions = {};
  std::uint32_t rank = 0;

  constexpr std::size_t elements() const {
    std::size_t product = 1;
    for (std::uint32_t i = 0; i < rank; ++i) product *= dimensions[i];
    return product;
  }
  constexpr bool operator==(const Shape&) const = default;
};

/// A model's input or output: float32, planar (row-major over `shape`). `name` points into the
/// blob and lives as long as the model.
struct TensorInfo {
  std::string_view name;
  Shape shape;
};

}  // namespace bitdown
