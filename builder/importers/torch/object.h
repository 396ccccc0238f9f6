// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "importers/tensor.h"

namespace bitdown::builder::torch {

/// Index into an arena of objects. Objects refer to each other by index only: a few bytes of pickle
/// can describe cycles and exponentially large trees, and neither may be expanded, compared or
/// destroyed recursively.
using ObjectId = std::uint32_t;

/// The only callables that a pickle may name.
enum class Function : std::uint8_t { kRebuildTensor, kRebuildParameter, kOrderedDict };

struct None {};
struct List {
  std::vector<ObjectId> items;
};
struct Tuple {
  std::vector<ObjectId> items;
};
struct Dict {
  std::vector<std::pair<ObjectId, ObjectId>> items;  ///< In insertion order; keys may repeat.
};

/// A flat array of numbers that lies outside the pickle, found by `key`.
struct Storage {
  ElementType type = ElementType::kFloat32;
  std::string_view key;
  std::uint64_t elements = 0;
};

/// A strided view of a storage; element (i, j, ...) is at offset + i * strides[0] + ...
/// Not yet checked against the storage's size.
struct Tensor {
  ObjectId storage = 0;
  std::uint64_t offset = 0;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> strides;  ///< As many as `shape`.
};

/// Anything a pickle may contain. ElementType stands for a storage class such as
/// torch.FloatStorage. Text points into the pickle's bytes.
using Object = std::variant<None, bool, std::int64_t, double, std::string_view, List, Tuple, Dict,
                            Function, ElementType, Storage, Tensor>;

}  // namespace bitdown::builder::torch
