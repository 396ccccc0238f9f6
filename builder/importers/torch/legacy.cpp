// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "importers/byte_reader.h"
#include "importers/failure.h"
#include "importers/torch/checkpoint.h"

namespace bitdown::builder::torch {
namespace {

// The pickle of 0x1950a86a20f9469cfc6c, which is too long for an int64.
constexpr std::array<std::uint8_t, 15> kMagicPickle = {
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};
constexpr std::int64_t kProtocol = 1001;

std::size_t check_magic(std::span<const std::byte> file) {
  const auto magic = std::as_bytes(std::span(kMagicPickle));
  const std::size_t length = std::min(file.size(), magic.size());
  if (!std::equal(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length),
                  magic.begin())) {
    fail_unsupported("a pickle, but not one of torch.save");
  }
  if (length < magic.size()) fail_invalid("truncated at byte " + std::to_string(file.size()));
  return length;
}

std::size_t check_protocol(std::span<const std::byte> file, std::size_t offset) {
  const Pickle pickle = unpickle(file, offset);
  const auto* protocol = std::get_if<std::int64_t>(&pickle.at(pickle.root));
  if (protocol == nullptr || *protocol != kProtocol) {
    fail_unsupported("a torch.save protocol other than 1001");
  }
  return pickle.end;
}

std::size_t check_system(std::span<const std::byte> file, std::size_t offset) {
  const Pickle pickle = unpickle(file, offset);
  const auto* system = std::get_if<Dict>(&pickle.at(pickle.root));
  if (system == nullptr) fail_invalid("no system information");
  for (const auto& [key, value] : system->items) {
    const auto* name = std::get_if<std::string_view>(&pickle.at(key));
    if (name == nullptr || *name != "little_endian") continue;
    const auto* little_endian = std::get_if<bool>(&pickle.at(value));
    if (little_endian == nullptr) fail_invalid("little_endian is not a bool");
    if (!*little_endian) fail_unsupported("written on a big-endian machine");
    return pickle.end;
  }
  fail_invalid("no little_endian in the system information");
}

}  // namespace

Checkpoint read_legacy(std::span<const std::byte> file) {
  const std::size_t object = check_system(file, check_protocol(file, check_magic(file)));
  Checkpoint checkpoint;
  checkpoint.pickle = unpickle(file, object);
  const auto storages = list_storages(checkpoint.pickle);
  const Pickle keys = unpickle(file, checkpoint.pickle.end);
  const auto* list = std::get_if<List>(&keys.at(keys.root));
  if (list == nullptr) fail_invalid("no list of storages");

  ByteReader reader(file, keys.end);
  for (const ObjectId id : list->items) {
    const auto* key = std::get_if<std::string_view>(&keys.at(id));
    const auto storage = key == nullptr ? storages.end() : storages.find(*key);
    if (storage == storages.end()) fail_invalid("a storage that no tensor uses");
    const std::uint64_t elements = reader.little_endian(8);
    if (elements != storage->second.elements) {
      fail_invalid("storage " + in_quotes(*key) + " has " + std::to_string(elements) +
                   " elements instead of " + std::to_string(storage->second.elements));
    }
    const std::size_t size = element_size(storage->second.type);
    // One division keeps the product from overflowing.
    if (elements > reader.remaining() / size) {
      fail_invalid("truncated in storage " + in_quotes(*key) + " at byte " +
                   std::to_string(file.size()));
    }
    checkpoint.storages[storage->first] = reader.take(elements * size);
  }
  if (checkpoint.storages.size() != storages.size()) fail_invalid("a tensor without its storage");
  if (reader.remaining() != 0) {
    fail_invalid(std::to_string(reader.remaining()) + " bytes after the last storage");
  }
  return checkpoint;
}

}  // namespace bitdown::builder::torch
