// SPDX-License-Identifier: MIT
#include "importers/tensor.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "importers/failure.h"
#include "kernels/half/half.h"

namespace bitdown::builder {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

/// The number of elements, all of which lie within the storage.
std::uint64_t checked_count(const TensorView& tensor, const std::string& name) {
  const std::uint64_t elements = tensor.storage.size() / element_size(tensor.type);
  std::uint64_t count = 1;
  for (const std::uint64_t side : tensor.shape) {
    // More elements than the storage has (stride 0) would let a small file fill the memory.
    if (side != 0 && count > elements / side) {
      fail_invalid(name + ": shape " + shape_text(tensor.shape) + " exceeds its storage of " +
                   std::to_string(elements) + " elements");
    }
    count *= side;
  }
  if (count == 0) return 0;
  std::uint64_t last = tensor.offset;
  for (std::size_t i = 0; i < tensor.shape.size() && last < elements; ++i) {
    const std::uint64_t steps = tensor.shape[i] - 1;
    const std::uint64_t room = elements - last;
    if (steps != 0 && tensor.strides[i] > room / steps)
      last = elements;
    else
      last += steps * tensor.strides[i];
  }
  if (last >= elements) fail_invalid(name + ": reaches outside its storage");
  return count;
}

/// Calls visit(element's first byte) for all `count` elements in row-major order.
template <typename Visit>
void for_each(const TensorView& tensor, std::uint64_t count, Visit visit) {
  const std::size_t size = element_size(tensor.type);
  std::vector<std::uint64_t> position(tensor.shape.size(), 0);
  std::uint64_t element = tensor.offset;
  for (std::uint64_t i = 0; i < count; ++i) {
    visit(tensor.storage.data() + element * size);
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
    case ElementType::kBool:
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
std::vector<T> read_reals(const TensorView& tensor, const std::string& name) {
  const std::uint64_t count = checked_count(tensor, name);
  if (!is_real(tensor.type)) fail_invalid(name + ": not of a floating-point type");
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(count));
  for_each(tensor, count, [&](const std::byte* bytes) {
    const T value = static_cast<T>(load_real(bytes, tensor.type));
    if (!std::isfinite(value)) {
      fail_invalid(name + ": element " + std::to_string(values.size()) + " is not finite");
    }
    values.push_back(value);
  });
  return values;
}

template <typename Visit>
void for_each_integer(const TensorView& tensor, const std::string& name, Visit visit) {
  const std::uint64_t count = checked_count(tensor, name);
  if (is_real(tensor.type)) fail_invalid(name + ": not of an integer type");
  for_each(tensor, count, [&](const std::byte* bytes) { visit(load_integer(bytes, tensor.type)); });
}

}  // namespace

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::kBool:
    case ElementType::kUInt8:
    case ElementType::kInt8:
      return 1;
    case ElementType::kFloat16:
    case ElementType::kBFloat16:
    case ElementType::kInt16:
      return 2;
    case ElementType::kFloat32:
    case ElementType::kInt32:
      return 4;
    case ElementType::kFloat64:
    case ElementType::kInt64:
      break;
  }
  return 8;
}

TensorView contiguous_view(ElementType type, std::span<const std::byte> storage,
                           std::vector<std::uint64_t> shape) {
  std::vector<std::uint64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return {type, storage, 0, std::move(shape), std::move(strides)};
}

std::vector<float> read_floats(const TensorView& tensor, const std::string& name) {
  return read_reals<float>(tensor, name);
}

std::vector<double> read_doubles(const TensorView& tensor, const std::string& name) {
  return read_reals<double>(tensor, name);
}

std::vector<std::int64_t> read_integers(const TensorView& tensor, const std::string& name) {
  std::vector<std::int64_t> values;
  for_each_integer(tensor, name, [&](std::int64_t value) { values.push_back(value); });
  return values;
}

std::vector<std::uint16_t> read_codes(const TensorView& tensor, std::uint32_t limit,
                                      const std::string& name) {
  if (tensor.type == ElementType::kBool) fail_invalid(name + ": not of an integer type");
  std::vector<std::uint16_t> codes;
  for_each_integer(tensor, name, [&](std::int64_t code) {
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

}  // namespace bitdown::builder
