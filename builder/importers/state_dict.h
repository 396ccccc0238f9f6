// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "importers/torch/checkpoint.h"

namespace bitdown::builder {

/// A checkpoint's numbers by flat name: {"conv1": {"weight": t}} and {"conv1.weight": t} are both
/// "conv1.weight". A surrounding {"state_dict": ...} and the prefix "module." of all names, which
/// training scripts add, are taken away. Remembers which keys were read, so that an importer can
/// refuse a network with more in it than it understands. All readers throw Error(kInvalidData)
/// naming a key that is missing, of another type, or of another shape than `shape`.
class StateDict {
 public:
  using Shape = std::vector<std::uint64_t>;

  /// `checkpoint` must outlive this. Throws Error: kInvalidData (a key twice) or kUnsupported (not
  /// a dictionary of at most two levels, far more keys than a network has).
  explicit StateDict(const torch::Checkpoint& checkpoint);

  bool has(const std::string& key) const { return entries_.contains(key); }
  /// In lexical order.
  std::vector<std::string> keys() const;
  const Shape& shape(const std::string& key) const;

  std::vector<float> floats(const std::string& key, const Shape& shape);
  std::vector<double> doubles(const std::string& key, const Shape& shape);
  /// Each from 0 to `limit` - 1; limit <= 65536.
  std::vector<std::uint16_t> codes(const std::string& key, const Shape& shape, std::uint32_t limit);
  std::int64_t integer(const std::string& key);
  bool boolean(const std::string& key);

  /// Counts `key` as read if it is there.
  void ignore(const std::string& key);
  /// The first key that was not read, or empty.
  std::string first_unread() const;

 private:
  struct Entry {
    torch::ObjectId object = 0;
    bool read = false;
  };

  const torch::Dict* find_layers() const;
  void add(const std::string& key, torch::ObjectId object);
  void strip_prefix(std::string_view prefix);
  const torch::Object& object(const std::string& key) const;
  const torch::Tensor& tensor(const std::string& key) const;
  const torch::Tensor& read_tensor(const std::string& key, const Shape& shape);

  const torch::Checkpoint& checkpoint_;
  std::map<std::string, Entry> entries_;
};

}  // namespace bitdown::builder
