// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace bitdown::apps {

/// Whether `file` starts like a JPEG but ends before its last scan does. Decoders fill what is
/// missing with grey and call that success. Inside a scan every 0xff is followed by 0x00 or a
/// restart marker, so "start of scan" and "end of image" cannot appear by chance.
inline bool is_truncated_jpeg(std::span<const std::byte> file) {
  const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
  if (!bytes.starts_with("\xff\xd8")) return false;
  const std::size_t scan = bytes.rfind("\xff\xda");
  return scan == std::string_view::npos || bytes.find("\xff\xd9", scan) == std::string_view::npos;
}

}  // namespace bitdown::apps
