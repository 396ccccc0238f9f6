// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "bitdown/model.h"
#include "reader/reader.h"

namespace bitdown::apps {

/// The network of `model`, which was opened from the file `path`. Throws Failure.
builder::StoredNetwork stored_network(const std::string& path, const Model& model);

}  // namespace bitdown::apps
