// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bitdown::tests {

/// What a test checkpoint holds, and its containers, written by hand as torch.save and safetensors
/// would.

/// The numbers of a storage, e.g. {"HalfStorage", 2, bytes}.
struct FakeStorage {
  std::string type;
  std::size_t element_size = 0;
  std::string bytes;

  std::uint64_t elements() const { return bytes.size() / element_size; }
};

/// A view of FakeCheckpoint::storages[storage]. Without strides it is contiguous.
struct FakeTensor {
  std::string storage;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
  std::int64_t offset = 0;
  bool parameter = false;  ///< Wrapped by _rebuild_parameter.
};

using FakeLeaf = std::variant<FakeTensor, std::int64_t, bool>;

/// Keys "layer1.0.conv1/centroids" make a dictionary "layer1.0.conv1" with a key "centroids"; keys
/// without a slash stand at the top.
struct FakeCheckpoint {
  std::map<std::string, FakeLeaf> leaves;
  std::map<std::string, FakeStorage> storages;
  bool wrapped = false;  ///< In {"epoch": 3, "state_dict": ...}.

  /// Adds a storage of its own and a contiguous tensor of these numbers.
  void add_halves(const std::string& key, std::vector<std::int64_t> shape,
                  const std::vector<float>& values);
  void add_floats(const std::string& key, std::vector<std::int64_t> shape,
                  const std::vector<float>& values);
  void add_bytes(const std::string& key, std::vector<std::int64_t> shape,
                 const std::vector<std::uint8_t>& values);
  void add_shorts(const std::string& key, std::vector<std::int64_t> shape,
                  const std::vector<std::int16_t>& values);
};

/// The pickle of the dictionary.
std::string object_pickle(const FakeCheckpoint& checkpoint);

std::string save_legacy(const FakeCheckpoint& checkpoint);
std::string save_zip(const FakeCheckpoint& checkpoint);

/// The same as safetensors, where a number on its own is a tensor. Contiguous tensors only.
std::string save_safetensors(const FakeCheckpoint& checkpoint);

/// A safetensors file of this header and these tensors.
std::string safetensors_file(const std::string& header, const std::string& tensors);

/// A zip archive of named entries, deflated or stored.
std::string write_archive(const std::vector<std::pair<std::string, std::string>>& entries,
                          bool deflated = false);

}  // namespace bitdown::tests
