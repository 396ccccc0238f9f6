// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "importers/tensor.h"

namespace bitdown::builder {

/// A checkpoint's numbers by flat name, whatever file they come from. Remembers which keys were
/// read, so that an importer can refuse a network with more in it than it understands. All readers
/// throw Error(kInvalidData) naming a key that is missing, of another type, or of another shape
/// than `shape`.
class StateDict {
 public:
  using Shape = std::vector<std::uint64_t>;
  /// std::monostate: something that no importer reads.
  using Leaf = std::variant<std::monostate, bool, std::int64_t, TensorView>;

  /// What a tensor views must outlive this. Throws Error: kInvalidData (a key twice) or
  /// kUnsupported (a long key, far more keys than a network has).
  void add(const std::string& key, Leaf leaf);
  /// Takes `prefix`, which training scripts add, away from the names if all have it.
  void strip_prefix(std::string_view prefix);

  bool has(const std::string& key) const { return entries_.contains(key); }
  /// In lexical order.
  std::vector<std::string> keys() const;
  const Shape& shape(const std::string& key) const;

  std::vector<float> floats(const std::string& key, const Shape& shape);
  std::vector<double> doubles(const std::string& key, const Shape& shape);
  /// Each from 0 to `limit` - 1; limit <= 65536.
  std::vector<std::uint16_t> codes(const std::string& key, const Shape& shape, std::uint32_t limit);
  /// A number on its own, or a tensor of one: some containers have nothing but tensors.
  std::int64_t integer(const std::string& key);
  bool boolean(const std::string& key);

  /// Counts `key` as read if it is there.
  void ignore(const std::string& key);
  /// The first key that was not read, or empty.
  std::string first_unread() const;

 private:
  struct Entry {
    Leaf leaf;
    bool read = false;
  };

  const Leaf& leaf(const std::string& key) const;
  const TensorView& tensor(const std::string& key) const;
  const TensorView& read_tensor(const std::string& key, const Shape& shape);

  std::map<std::string, Entry> entries_;
};

}  // namespace bitdown::builder
