// SPDX-License-Identifier: MIT
#include "importers/torch/globals.h"

#include <utility>

#include "importers/failure.h"

namespace bitdown::builder::torch {
namespace {

struct StorageClass {
  std::string_view name;
  ElementType type;
};

constexpr StorageClass kStorageClasses[] = {
    {"HalfStorage", ElementType::kFloat16},  {"BFloat16Storage", ElementType::kBFloat16},
    {"FloatStorage", ElementType::kFloat32}, {"DoubleStorage", ElementType::kFloat64},
    {"BoolStorage", ElementType::kBool},     {"ByteStorage", ElementType::kUInt8},
    {"CharStorage", ElementType::kInt8},     {"ShortStorage", ElementType::kInt16},
    {"IntStorage", ElementType::kInt32},     {"LongStorage", ElementType::kInt64},
};

// ResNets need four; more would let one tuple be copied into many tensors at great cost.
constexpr std::size_t kMaxDimensions = 8;

template <typename T>
const T& expect(const std::vector<Object>& objects, ObjectId id, const char* what) {
  const T* value = std::get_if<T>(&objects[id]);
  if (value == nullptr) fail_invalid(std::string(what) + " has the wrong type");
  return *value;
}

std::uint64_t expect_size(const std::vector<Object>& objects, ObjectId id, const char* what) {
  const std::int64_t value = expect<std::int64_t>(objects, id, what);
  if (value < 0) fail_invalid(std::string(what) + " is negative");
  return static_cast<std::uint64_t>(value);
}

std::vector<std::uint64_t> expect_sizes(const std::vector<Object>& objects, ObjectId id,
                                        const char* what) {
  const Tuple& tuple = expect<Tuple>(objects, id, what);
  if (tuple.items.size() > kMaxDimensions) {
    fail_invalid(std::string(what) + " has more than 8 dimensions");
  }
  std::vector<std::uint64_t> sizes;
  for (const ObjectId item : tuple.items) sizes.push_back(expect_size(objects, item, what));
  return sizes;
}

// (storage, storage_offset, size, stride, requires_grad, backward_hooks[, metadata])
Tensor rebuild_tensor(std::span<const ObjectId> arguments, const std::vector<Object>& objects) {
  if (arguments.size() != 6 && arguments.size() != 7) {
    fail_invalid("_rebuild_tensor_v2 with " + std::to_string(arguments.size()) + " arguments");
  }
  expect<Storage>(objects, arguments[0], "tensor storage");
  Tensor tensor;
  tensor.storage = arguments[0];
  tensor.offset = expect_size(objects, arguments[1], "tensor offset");
  tensor.shape = expect_sizes(objects, arguments[2], "tensor shape");
  tensor.strides = expect_sizes(objects, arguments[3], "tensor strides");
  if (tensor.shape.size() != tensor.strides.size()) {
    fail_invalid("a tensor has " + std::to_string(tensor.shape.size()) + " dimensions, but " +
                 std::to_string(tensor.strides.size()) + " strides");
  }
  return tensor;
}

}  // namespace

std::optional<Object> find_global(std::string_view module, std::string_view name) {
  if (module == "torch._utils") {
    if (name == "_rebuild_tensor_v2") return Function::kRebuildTensor;
    if (name == "_rebuild_parameter") return Function::kRebuildParameter;
  }
  if (module == "collections" && name == "OrderedDict") return Function::kOrderedDict;
  if (module == "torch") {
    for (const StorageClass& storage : kStorageClasses) {
      if (storage.name == name) return storage.type;
    }
  }
  return std::nullopt;
}

std::variant<Object, ObjectId> call(Function function, std::span<const ObjectId> arguments,
                                    const std::vector<Object>& objects) {
  switch (function) {
    case Function::kRebuildTensor:
      return Object(rebuild_tensor(arguments, objects));
    case Function::kRebuildParameter:  // (data, requires_grad, backward_hooks)
      if (arguments.size() != 3) fail_invalid("_rebuild_parameter without 3 arguments");
      expect<Tensor>(objects, arguments[0], "parameter data");
      return arguments[0];
    case Function::kOrderedDict:
      break;
  }
  if (!arguments.empty()) fail_invalid("OrderedDict with arguments");
  return Object(Dict{});
}

Storage find_storage(std::span<const ObjectId> persistent_id, const std::vector<Object>& objects) {
  // Five elements in zip containers; a sixth in the legacy one describes a view of another storage,
  // written by PyTorch before 0.4.
  if (persistent_id.size() != 5 && persistent_id.size() != 6) {
    fail_invalid("a persistent id is not a storage");
  }
  if (expect<std::string_view>(objects, persistent_id[0], "persistent id") != "storage") {
    fail_invalid("a persistent id is not a storage");
  }
  if (persistent_id.size() == 6 && !std::holds_alternative<None>(objects[persistent_id[5]])) {
    fail_unsupported("storages that are views of others");
  }
  return {expect<ElementType>(objects, persistent_id[1], "storage class"),
          expect<std::string_view>(objects, persistent_id[2], "storage key"),
          expect_size(objects, persistent_id[4], "storage size")};
}

}  // namespace bitdown::builder::torch
