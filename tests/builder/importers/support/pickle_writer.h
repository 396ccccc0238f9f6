// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bitdown::tests {

/// Writes protocol-2 pickles opcode by opcode, legal or not.
class PickleWriter {
 public:
  PickleWriter() { raw("\x80\x02"); }

  PickleWriter& raw(std::string_view opcodes) {
    bytes_ += opcodes;
    return *this;
  }
  PickleWriter& number(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }
  PickleWriter& integer(std::int64_t value) {  // LONG1
    return raw("\x8a\x08").number(static_cast<std::uint64_t>(value), 8);
  }
  PickleWriter& boolean(bool value) { return raw(value ? "\x88" : "\x89"); }
  PickleWriter& text(std::string_view value) {  // BINUNICODE
    return raw("X").number(value.size(), 4).raw(value);
  }
  PickleWriter& global(const std::string& module, const std::string& name) {
    return raw("c" + module + "\n" + name + "\n");
  }

  /// Ends the pickle.
  std::string stop() const { return bytes_ + "."; }

 private:
  std::string bytes_;
};

}  // namespace bitdown::tests
