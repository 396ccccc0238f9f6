// SPDX-License-Identifier: MIT
#include "bitdown/status.h"

namespace bitdown {

Status::Status(StatusCode code, const char* message, std::string_view where)
    : code_(code), message_(message) {
  const std::size_t length = where.size() < kWhereCapacity ? where.size() : kWhereCapacity - 1;
  for (std::size_t i = 0; i < length; ++i) {
    const char c = where[i];
    where_[i] = (c >= ' ' && c <= '~') ? c : '?';
  }
}

}  // namespace bitdown
