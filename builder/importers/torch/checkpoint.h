// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "importers/torch/unpickler.h"

namespace bitdown::builder::torch {

/// What torch.save wrote: an object and the storages that its tensors view.
struct Checkpoint {
  Pickle pickle;
  std::unordered_map<std::string_view, std::span<const std::byte>> storages;  ///< By key.
  std::vector<std::vector<std::byte>> unpacked;  ///< What the pickle and storages point into, if
                                                 ///< not into the file itself.
};

/// Whether `file` begins as one of the containers does.
bool is_checkpoint(std::span<const std::byte> file);

/// Reads a PyTorch container of either kind. `file` must outlive the result. Every storage that the
/// pickle names is present with exactly the size it claims; together they are no larger than the
/// file. Throws Error: kInvalidData (truncated, corrupt, forbidden pickle content; the message says
/// where) or kUnsupported (no PyTorch container, compressed or big-endian).
Checkpoint read_checkpoint(std::span<const std::byte> file);

/// PyTorch before 1.6: five pickles (magic number, protocol, system, object, storage keys), then
/// for each key an int64 element count and the elements.
Checkpoint read_legacy(std::span<const std::byte> file);

/// PyTorch since 1.6: a zip archive of stored entries NAME/data.pkl and NAME/data/KEY.
Checkpoint read_zip(std::span<const std::byte> file);

/// The storages that `pickle` names, by key. Throws Error(kInvalidData) if two uses of a key
/// disagree.
std::unordered_map<std::string_view, Storage> list_storages(const Pickle& pickle);

}  // namespace bitdown::builder::torch
