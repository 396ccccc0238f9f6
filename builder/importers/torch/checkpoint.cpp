// SPDX-License-Identifier: MIT
#include "importers/torch/checkpoint.h"

#include "importers/failure.h"

namespace bitdown::builder::torch {
namespace {

constexpr std::string_view kZip = "PK\x03\x04";
constexpr std::string_view kPickle = "\x80\x02";

bool starts_with(std::span<const std::byte> file, std::string_view magic) {
  return file.size() >= magic.size() &&
         std::string_view(reinterpret_cast<const char*>(file.data()), magic.size()) == magic;
}

}  // namespace

bool is_checkpoint(std::span<const std::byte> file) {
  return starts_with(file, kZip) || starts_with(file, kPickle);
}

Checkpoint read_checkpoint(std::span<const std::byte> file) {
  if (starts_with(file, kZip)) return read_zip(file);
  if (starts_with(file, kPickle)) return read_legacy(file);
  fail_unsupported("not a PyTorch checkpoint");
}

std::unordered_map<std::string_view, Storage> list_storages(const Pickle& pickle) {
  std::unordered_map<std::string_view, Storage> storages;
  for (const Object& object : pickle.objects) {
    const Storage* storage = std::get_if<Storage>(&object);
    if (storage == nullptr) continue;
    const Storage& known = storages.try_emplace(storage->key, *storage).first->second;
    if (known.type != storage->type || known.elements != storage->elements) {
      fail_invalid("storage " + in_quotes(storage->key) + " has two types or sizes");
    }
  }
  return storages;
}

}  // namespace bitdown::builder::torch
