// SPDX-License-Identifier: MIT
#include "importers/onnx/tensors.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "importers/failure.h"

namespace bitdown::builder::onnx {
namespace {

namespace fs = std::filesystem;
using Bytes = std::span<const std::byte>;

constexpr int kMaxDimensions = 8;

ElementType element_type(const TensorProto& tensor) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return ElementType::kFloat32;
    case TensorProto::FLOAT16:
      return ElementType::kFloat16;
    case TensorProto::BFLOAT16:
      return ElementType::kBFloat16;
    case TensorProto::DOUBLE:
      return ElementType::kFloat64;
    case TensorProto::INT64:
      return ElementType::kInt64;
    case TensorProto::INT32:
      return ElementType::kInt32;
    case TensorProto::BOOL:
      return ElementType::kBool;
    default:
      fail_unsupported("tensor " + in_quotes(tensor.name()) + " has element type " +
                       std::to_string(tensor.data_type()));
  }
}

std::vector<std::uint64_t> shape_of(const TensorProto& tensor) {
  std::vector<std::uint64_t> shape;
  for (const std::int64_t side : tensor.dims()) {
    if (side < 0) fail_invalid("tensor " + in_quotes(tensor.name()) + " has a negative dimension");
    shape.push_back(static_cast<std::uint64_t>(side));
  }
  if (tensor.dims_size() > kMaxDimensions) {
    fail_unsupported("tensor " + in_quotes(tensor.name()) + " has more than 8 dimensions");
  }
  return shape;
}

/// Bytes that the elements take.
std::uint64_t bytes_of(const TensorProto& tensor, ElementType type,
                       const std::vector<std::uint64_t>& shape) {
  std::uint64_t bytes = element_size(type);
  for (const std::uint64_t side : shape) {
    if (side != 0 && bytes > std::numeric_limits<std::int64_t>::max() / side) {
      fail_invalid("tensor " + in_quotes(tensor.name()) + " is larger than any file");
    }
    bytes *= side;
  }
  return bytes;
}

template <typename Field>
Bytes bytes_in(const Field& field) {
  return std::as_bytes(std::span(field.data(), static_cast<std::size_t>(field.size())));
}

}  // namespace

TensorView Tensors::view(const TensorProto& tensor) {
  const ElementType type = element_type(tensor);
  std::vector<std::uint64_t> shape = shape_of(tensor);
  const std::uint64_t size = bytes_of(tensor, type, shape);
  Bytes bytes;
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    bytes = external(tensor, size);
  } else if (!tensor.raw_data().empty()) {
    bytes = bytes_in(tensor.raw_data());
  } else if (type == ElementType::kFloat32) {
    bytes = bytes_in(tensor.float_data());
  } else if (type == ElementType::kFloat64) {
    bytes = bytes_in(tensor.double_data());
  } else if (type == ElementType::kInt64) {
    bytes = bytes_in(tensor.int64_data());
  } else if (type == ElementType::kInt32) {
    bytes = bytes_in(tensor.int32_data());
  } else if (element_size(type) == 2) {
    bytes = narrowed(tensor);
  }
  if (bytes.size() != size) {
    fail_invalid("tensor " + in_quotes(tensor.name()) + " has " + std::to_string(bytes.size()) +
                 " bytes, but shape " + shape_text(shape));
  }
  return contiguous_view(type, bytes, std::move(shape));
}

// Numbers of 16 bits that are not raw lie in the low halves of int32_data.
Bytes Tensors::narrowed(const TensorProto& tensor) {
  std::vector<std::uint16_t>& halves = narrowed_.emplace_back();
  halves.reserve(static_cast<std::size_t>(tensor.int32_data_size()));
  for (const std::int32_t bits : tensor.int32_data()) {
    halves.push_back(static_cast<std::uint16_t>(bits));
  }
  return std::as_bytes(std::span(halves));
}

Bytes Tensors::external(const TensorProto& tensor, std::uint64_t size) {
  std::string location;
  std::uint64_t offset = 0;
  std::uint64_t length = size;
  for (const auto& entry : tensor.external_data()) {
    const std::string& text = entry.value();
    if (entry.key() == "location") location = text;
    if (entry.key() != "offset" && entry.key() != "length") continue;
    std::uint64_t& number = entry.key() == "offset" ? offset : length;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
      fail_invalid("tensor " + in_quotes(tensor.name()) + ": " + entry.key() + " is no number");
    }
  }
  const Bytes file = open(location, tensor.name()).bytes();
  if (offset > file.size() || length > file.size() - offset) {
    fail_invalid("tensor " + in_quotes(tensor.name()) + " lies outside " + in_quotes(location));
  }
  return file.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
}

// A name only, and no link: a model must not make us read what lies elsewhere.
const MappedFile& Tensors::open(const std::string& name, const std::string& tensor) {
  const auto known = files_.find(name);
  if (known != files_.end()) return known->second;
  const std::string where = "tensor " + in_quotes(tensor) + " is in file " + in_quotes(name);
  if (!folder_) fail_unsupported(where + ", outside the model");
  const fs::path path = *folder_ / name;
  std::error_code missing;
  if (name.empty() || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos || fs::is_symlink(path, missing)) {
    fail_invalid(where + ", which is not a file beside the model");
  }
  Result<MappedFile> file = MappedFile::open(path.c_str());
  if (!file.ok()) throw Error(file.status().code(), where + ": " + file.status().message());
  return files_.emplace(name, std::move(file).value()).first->second;
}

}  // namespace bitdown::builder::onnx
