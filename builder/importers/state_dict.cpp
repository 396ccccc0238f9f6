// SPDX-License-Identifier: MIT
#include "importers/state_dict.h"

#include <algorithm>
#include <utility>

#include "importers/failure.h"
#include "importers/torch/tensor.h"

namespace bitdown::builder {
namespace {

// Names of one dictionary may be repeated by many others that share it, so the flat list needs
// bounds of its own. ResNet-152 has about 1,100 keys.
constexpr std::size_t kMaxKeys = 20000;
constexpr std::size_t kMaxKeyLength = 256;

std::string key_text(const torch::Pickle& pickle, torch::ObjectId id) {
  const auto* text = std::get_if<std::string_view>(&pickle.at(id));
  if (text == nullptr) fail_unsupported("a dictionary key that is not text");
  if (text->size() > kMaxKeyLength) fail_unsupported("a key of more than 256 bytes");
  return std::string(*text);
}

}  // namespace

StateDict::StateDict(const torch::Checkpoint& checkpoint) : checkpoint_(checkpoint) {
  const torch::Pickle& pickle = checkpoint.pickle;
  for (const auto& [key, value] : find_layers()->items) {
    const std::string name = key_text(pickle, key);
    const auto* layer = std::get_if<torch::Dict>(&pickle.at(value));
    if (layer == nullptr) {
      add(name, value);
      continue;
    }
    for (const auto& [inner_key, inner_value] : layer->items) {
      add(name + "." + key_text(pickle, inner_key), inner_value);
    }
  }
  strip_prefix("module.");
}

const torch::Dict* StateDict::find_layers() const {
  const torch::Pickle& pickle = checkpoint_.pickle;
  const auto* root = std::get_if<torch::Dict>(&pickle.at(pickle.root));
  if (root == nullptr) fail_unsupported("the checkpoint is not a dictionary of layers");
  for (const auto& [key, value] : root->items) {
    const auto* name = std::get_if<std::string_view>(&pickle.at(key));
    const auto* layers = std::get_if<torch::Dict>(&pickle.at(value));
    if (name != nullptr && *name == "state_dict" && layers != nullptr) return layers;
  }
  return root;
}

void StateDict::add(const std::string& key, torch::ObjectId object) {
  if (entries_.size() >= kMaxKeys) fail_unsupported("more than 20,000 keys");
  if (!entries_.try_emplace(key, Entry{object}).second)
    fail_invalid("key " + in_quotes(key) + " twice");
}

void StateDict::strip_prefix(std::string_view prefix) {
  const auto has_prefix = [&](const auto& entry) { return entry.first.starts_with(prefix); };
  if (!std::all_of(entries_.begin(), entries_.end(), has_prefix)) return;
  std::map<std::string, Entry> stripped;
  for (const auto& [key, entry] : entries_) stripped.emplace(key.substr(prefix.size()), entry);
  entries_ = std::move(stripped);
}

std::vector<std::string> StateDict::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : entries_) keys.push_back(key);
  return keys;
}

const torch::Object& StateDict::object(const std::string& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) fail_invalid("no key " + in_quotes(key));
  return checkpoint_.pickle.at(found->second.object);
}

const torch::Tensor& StateDict::tensor(const std::string& key) const {
  const auto* tensor = std::get_if<torch::Tensor>(&object(key));
  if (tensor == nullptr) fail_invalid(in_quotes(key) + " is not a tensor");
  return *tensor;
}

const StateDict::Shape& StateDict::shape(const std::string& key) const {
  return tensor(key).shape;
}

const torch::Tensor& StateDict::read_tensor(const std::string& key, const Shape& shape) {
  const torch::Tensor& found = tensor(key);
  if (found.shape != shape) {
    fail_invalid(in_quotes(key) + " has shape " + torch::shape_text(found.shape) + " instead of " +
                 torch::shape_text(shape));
  }
  ignore(key);
  return found;
}

std::vector<float> StateDict::floats(const std::string& key, const Shape& shape) {
  return torch::read_floats(checkpoint_, read_tensor(key, shape), key);
}

std::vector<double> StateDict::doubles(const std::string& key, const Shape& shape) {
  return torch::read_doubles(checkpoint_, read_tensor(key, shape), key);
}

std::vector<std::uint16_t> StateDict::codes(const std::string& key, const Shape& shape,
                                            std::uint32_t limit) {
  return torch::read_codes(checkpoint_, read_tensor(key, shape), limit, key);
}

std::int64_t StateDict::integer(const std::string& key) {
  const auto* value = std::get_if<std::int64_t>(&object(key));
  if (value == nullptr) fail_invalid(in_quotes(key) + " is not an integer");
  ignore(key);
  return *value;
}

bool StateDict::boolean(const std::string& key) {
  const auto* value = std::get_if<bool>(&object(key));
  if (value == nullptr) fail_invalid(in_quotes(key) + " is not a bool");
  ignore(key);
  return *value;
}

void StateDict::ignore(const std::string& key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) found->second.read = true;
}

std::string StateDict::first_unread() const {
  for (const auto& [key, entry] : entries_) {
    if (!entry.read) return key;
  }
  return {};
}

}  // namespace bitdown::builder
