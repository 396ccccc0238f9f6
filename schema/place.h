// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bitdown/status.h"

namespace flatbuffers {
struct String;
}

namespace bitdown::schema {

/// `status`, a failure, with where() = "kind index 'name'"; `name` may be null.
Status at(const Status& status, const char* kind, std::uint32_t index,
          const flatbuffers::String* name);

}  // namespace bitdown::schema
