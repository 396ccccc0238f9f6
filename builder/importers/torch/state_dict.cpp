// SPDX-License-Identifier: MIT
#include "importers/torch/state_dict.h"

#include <string>
#include <string_view>
#include <variant>

#include "importers/failure.h"

namespace bitdown::builder::torch {
namespace {

std::string key_text(const Pickle& pickle, ObjectId id) {
  const auto* text = std::get_if<std::string_view>(&pickle.at(id));
  if (text == nullptr) fail_unsupported("a dictionary key that is not text");
  return std::string(*text);
}

const Dict& find_layers(const Pickle& pickle) {
  const auto* root = std::get_if<Dict>(&pickle.at(pickle.root));
  if (root == nullptr) fail_unsupported("the checkpoint is not a dictionary of layers");
  for (const auto& [key, value] : root->items) {
    const auto* name = std::get_if<std::string_view>(&pickle.at(key));
    const auto* layers = std::get_if<Dict>(&pickle.at(value));
    if (name != nullptr && *name == "state_dict" && layers != nullptr) return *layers;
  }
  return *root;
}

StateDict::Leaf leaf(const Checkpoint& checkpoint, ObjectId id) {
  const Object& object = checkpoint.pickle.at(id);
  if (const auto* boolean = std::get_if<bool>(&object)) return *boolean;
  if (const auto* integer = std::get_if<std::int64_t>(&object)) return *integer;
  const auto* tensor = std::get_if<Tensor>(&object);
  if (tensor == nullptr) return {};
  const auto& storage = std::get<Storage>(checkpoint.pickle.at(tensor->storage));
  return TensorView{storage.type, checkpoint.storages.at(storage.key), tensor->offset,
                    tensor->shape, tensor->strides};
}

}  // namespace

StateDict read_state_dict(const Checkpoint& checkpoint) {
  const Pickle& pickle = checkpoint.pickle;
  StateDict dict;
  for (const auto& [key, value] : find_layers(pickle).items) {
    const std::string name = key_text(pickle, key);
    const auto* layer = std::get_if<Dict>(&pickle.at(value));
    if (layer == nullptr) {
      dict.add(name, leaf(checkpoint, value));
      continue;
    }
    for (const auto& [inner_key, inner_value] : layer->items) {
      dict.add(name + "." + key_text(pickle, inner_key), leaf(checkpoint, inner_value));
    }
  }
  dict.strip_prefix("module.");
  return dict;
}

}  // namespace bitdown::builder::torch
