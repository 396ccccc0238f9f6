// SPDX-License-Identifier: MIT
#include "importers/state_dict.h"

#include <algorithm>
#include <utility>

#include "importers/failure.h"

namespace bitdown::builder {
namespace {

// Names of one dictionary may be repeated by many others that share it, so the flat list needs
// bounds of its own. ResNet-152 has about 1,100 keys.
constexpr std::size_t kMaxKeys = 20000;
constexpr std::size_t kMaxKeyLength = 256;

bool is_one_element(const TensorView& tensor) {
  return std::all_of(tensor.shape.begin(), tensor.shape.end(),
                     [](std::uint64_t side) { return side == 1; });
}

}  // namespace

void StateDict::add(const std::string& key, Leaf leaf) {
  if (key.size() > kMaxKeyLength) fail_unsupported("a key of more than 256 bytes");
  if (entries_.size() >= kMaxKeys) fail_unsupported("more than 20,000 keys");
  if (!entries_.try_emplace(key, Entry{std::move(leaf)}).second)
    fail_invalid("key " + in_quotes(key) + " twice");
}

void StateDict::strip_prefix(std::string_view prefix) {
  const auto has_prefix = [&](const auto& entry) { return entry.first.starts_with(prefix); };
  if (!std::all_of(entries_.begin(), entries_.end(), has_prefix)) return;
  std::map<std::string, Entry> stripped;
  for (auto& [key, entry] : entries_) stripped.emplace(key.substr(prefix.size()), std::move(entry));
  entries_ = std::move(stripped);
}

std::vector<std::string> StateDict::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : entries_) keys.push_back(key);
  return keys;
}

const StateDict::Leaf& StateDict::leaf(const std::string& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) fail_invalid("no key " + in_quotes(key));
  return found->second.leaf;
}

const TensorView& StateDict::tensor(const std::string& key) const {
  const auto* tensor = std::get_if<TensorView>(&leaf(key));
  if (tensor == nullptr) fail_invalid(in_quotes(key) + " is not a tensor");
  return *tensor;
}

const StateDict::Shape& StateDict::shape(const std::string& key) const {
  return tensor(key).shape;
}

const TensorView& StateDict::read_tensor(const std::string& key, const Shape& shape) {
  const TensorView& found = tensor(key);
  if (found.shape != shape) {
    fail_invalid(in_quotes(key) + " has shape " + shape_text(found.shape) + " instead of " +
                 shape_text(shape));
  }
  ignore(key);
  return found;
}

std::vector<float> StateDict::floats(const std::string& key, const Shape& shape) {
  return read_floats(read_tensor(key, shape), key);
}

std::vector<double> StateDict::doubles(const std::string& key, const Shape& shape) {
  return read_doubles(read_tensor(key, shape), key);
}

std::vector<std::uint16_t> StateDict::codes(const std::string& key, const Shape& shape,
                                            std::uint32_t limit) {
  return read_codes(read_tensor(key, shape), limit, key);
}

std::int64_t StateDict::integer(const std::string& key) {
  const Leaf& found = leaf(key);
  ignore(key);
  if (const auto* value = std::get_if<std::int64_t>(&found)) return *value;
  const auto* tensor = std::get_if<TensorView>(&found);
  if (tensor == nullptr || !is_one_element(*tensor) || tensor->type == ElementType::kBool) {
    fail_invalid(in_quotes(key) + " is not an integer");
  }
  return read_integers(*tensor, key).front();
}

bool StateDict::boolean(const std::string& key) {
  const Leaf& found = leaf(key);
  ignore(key);
  if (const auto* value = std::get_if<bool>(&found)) return *value;
  const auto* tensor = std::get_if<TensorView>(&found);
  if (tensor == nullptr || !is_one_element(*tensor) || tensor->type != ElementType::kBool) {
    fail_invalid(in_quotes(key) + " is not a bool");
  }
  return read_integers(*tensor, key).front() != 0;
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
