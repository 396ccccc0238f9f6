// SPDX-License-Identifier: MIT
#include "importers/torch/tensor.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "importers/failure.h"
#include "kernels/half/half.h"

namespace bitdown::builder::torch {
namespace {

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian");

/// A checked tensor: all `count` elements of `size` bytes lie within `data`.
struct View {
  std::span<const std::byte> data;
  ElementType type;
  std::uint64_t count = 1;
};

View check(const Checkpoint& checkpoint, const Tensor& tensor, const std::string& name) {
  const auto& storage = std::get<Storage>(checkpoint.pickle.at(tensor.storage));
  View view{checkpoint.storages.at(storage.key), storage.type};
  for (const std::uint64_t side : tensor.shape) {
    // More elements than the storage has (stride 0) would let a small file fill the memory.
    if (side != 0 && view.count > storage.elements / side) {
      fail_invalid(name + ": shape " + shape_text(tensor.shape) + " exceeds its storage of " +
                   std::to_string(storage.elements) + " elements");
    }
    view.count *= side;
  }
  if (view.count == 0) return view;
  std::uint64_t last = tensor.offset;
  for (std::size_t i = 0; i < tensor.shape.size() && last < storage.elements; ++i) {
    const std::uint64_t steps = tensor.shape[i] - 1;
    const std::uint64_t room = storage.elements - last;
    if (steps != 0 && tensor.strides[i] > room / steps)
      last = storage.elements;
    else
      last += steps * tensor.strides[i];
  }
  if (last >= storage.elements) fail_invalid(name + ": reaches outside its storage");
  return view;
}

/// Calls visit(element's first byte) for all elements in row-major order.
template <typename Visit>
void for_each(const View& view, const Tensor& tensor, Visit visit) {
  if (view.count == 0) return;
  const std::size_t size = element_size(view.type);
  std::vector<std::uint64_t> position(tensor.shape.size(), 0);
  std::uint64_t element = tensor.offset;
  for (std::uint64_t i = 0; i < view.count; ++i) {
    visit(view.data.data() + element * size);
    for (std::size_t axis = position.size(); axis-- > 0;) {
      element += tensor.strides[axis];
      if (++position[axis] < tensor.shape[axis]) break;
      element -= position[axis] * tensor.strides[axis];
      position[axis] = 0;
    }
  }
}

template <typename T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

double load_real(const std::byte* bytes, ElementType type) {
  switch (type) {
    case ElementType::kFloat16:
      return static_cast<double>(kernels::half_to_float(load<std::uint16_t>(bytes)));
    case ElementType::kBFloat16:
      return static_cast<double>(
          std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(bytes)} << 16));
    case ElementType::kFloat32:
      return static_cast<double>(load<float>(bytes));
    default:
      return load<double>(bytes);
  }
}

std::int64_t load_integer(const std::byte* bytes, ElementType type) {
  switch (type) {
    case ElementType::kUInt8:
      return load<std::uint8_t>(bytes);
    case ElementType::kInt8:
      return load<std::int8_t>(bytes);
    case ElementType::kInt16:
      return load<std::int16_t>(bytes);
    case ElementType::kInt32:
      return load<std::int32_t>(bytes);
    default:
      return load<std::int64_t>(bytes);
  }
}

bool is_real(ElementType type) {
  return type <= ElementType::kFloat64;
}

/// float or double from any real type.
template <typename T>
std::vector<T> read_reals(const Checkpoint& checkpoint, const Tensor& tensor,
                          const std::string& name) {
  const View view = check(checkpoint, tensor, name);
  if (!is_real(view.type)) fail_invalid(name + ": not of a floating-point type");
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(view.count));
  for_each(view, tensor, [&](const std::byte* bytes) {
    const T value = static_cast<T>(load_real(bytes, view.type));
    if (!std::isfinite(value)) {
      fail_invalid(name + ": element " + std::to_string(values.size()) + " is not finite");
    }
    values.push_back(value);
  });
  return values;
}

}  // namespace

std::vector<float> read_floats(const Checkpoint& checkpoint, const Tensor& tensor,
                               const std::string& name) {
  return read_reals<float>(checkpoint, tensor, name);
}

std::vector<double> read_doubles(const Checkpoint& checkpoint, const Tensor& tensor,
                                 const std::string& name) {
  return read_reals<double>(checkpoint, tensor, name);
}

std::vector<std::uint16_t> read_codes(const Checkpoint& checkpoint, const Tensor& tensor,
                                      std::uint32_t limit, const std::string& name) {
  const View view = check(checkpoint, tensor, name);
  if (is_real(view.type) || view.type == ElementType::kBool) {
    fail_invalid(name + ": not of an integer type");
  }
  std::vector<std::uint16_t> codes;
  codes.reserve(static_cast<std::size_t>(view.count));
  for_each(view, tensor, [&](const std::byte* bytes) {
    const std::int64_t code = load_integer(bytes, view.type);
    if (code < 0 || code >= limit) {
      fail_invalid(name + ": code " + std::to_string(code) + " at " + std::to_string(codes.size()) +
                   ", but the codebook has " + std::to_string(limit) + " entries");
    }
    codes.push_back(static_cast<std::uint16_t>(code));
  });
  return codes;
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t side : shape) text += (text.empty() ? "" : ", ") + std::to_string(side);
  return "(" + text + ")";
}

}  // namespace bitdown::builder::torch
