// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bitdown::builder {

enum class ElementType : std::uint8_t {
  kFloat16,
  kBFloat16,
  kFloat32,
  kFloat64,
  kBool,
  kUInt8,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
};

std::size_t element_size(ElementType type);

/// A strided view of numbers, little-endian and not necessarily aligned: element (i, j, ...) is at
/// offset + i * strides[0] + ... of `storage`. Not yet checked against the storage's size:
/// read_floats() and its kin do.
struct TensorView {
  ElementType type = ElementType::kFloat32;
  std::span<const std::byte> storage;
  std::uint64_t offset = 0;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> strides;  ///< As many as `shape`.
};

/// A view of all of `storage` in row-major order.
TensorView contiguous_view(ElementType type, std::span<const std::byte> storage,
                           std::vector<std::uint64_t> shape);

/// The elements of a tensor in row-major order of its shape, whatever its strides. All of these
/// throw Error(kInvalidData), beginning with `name`, for a tensor that reaches outside its storage
/// or has more elements than it.

/// Of float16, bfloat16, float32 or float64; finite in float32.
std::vector<float> read_floats(const TensorView& tensor, const std::string& name);
/// Of the same types, without rounding.
std::vector<double> read_doubles(const TensorView& tensor, const std::string& name);
/// Of any integer type, bool included.
std::vector<std::int64_t> read_integers(const TensorView& tensor, const std::string& name);
/// Of any integer type but bool; each from 0 to `limit` - 1, limit <= 65536.
std::vector<std::uint16_t> read_codes(const TensorView& tensor, std::uint32_t limit,
                                      const std::string& name);

/// "(64, 3, 7, 7)", for messages.
std::string shape_text(const std::vector<std::uint64_t>& shape);

}  // namespace bitdown::builder
