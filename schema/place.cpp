// SPDX-License-Identifier: MIT
#include "schema/place.h"

#include <cstdio>

#include "flatbuffers/flatbuffers.h"

namespace bitdown::schema {

Status at(const Status& status, const char* kind, std::uint32_t index,
          const flatbuffers::String* name) {
  char where[Status::kWhereCapacity];
  if (name == nullptr) {
    std::snprintf(where, sizeof where, "%s %u", kind, static_cast<unsigned>(index));
  } else {
    // A long name is cut so that the closing quote still fits.
    std::snprintf(where, sizeof where, "%s %u '%.40s'", kind, static_cast<unsigned>(index),
                  name->c_str());
  }
  return Status(status.code(), status.message(), where);
}

}  // namespace bitdown::schema
