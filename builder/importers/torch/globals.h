// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "importers/torch/object.h"

namespace bitdown::builder::torch {

/// The object behind "module.name" if it is on the list of allowed globals: a Function or, for a
/// storage class, its ElementType.
std::optional<Object> find_global(std::string_view module, std::string_view name);

/// What function(*arguments) evaluates to: a new object, or the id of an existing one. Throws
/// Error(kInvalidData) for arguments that torch.save does not write.
std::variant<Object, ObjectId> call(Function function, std::span<const ObjectId> arguments,
                                    const std::vector<Object>& objects);

/// The storage that a persistent id ('storage', class, key, location, elements, ...) names. Throws
/// Error(kInvalidData or kUnsupported).
Storage find_storage(std::span<const ObjectId> persistent_id, const std::vector<Object>& objects);

}  // namespace bitdown::builder::torch
