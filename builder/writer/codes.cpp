// SPDX-License-Identifier: MIT
#include "writer/codes.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace bitdown::builder {

std::uint8_t stored_code_bits(std::uint32_t entries) {
  return static_cast<std::uint8_t>(std::max(8, static_cast<int>(std::bit_width(entries - 1))));
}

CodePlanes split_codes(const std::vector<std::uint16_t>& codes, std::uint32_t entries) {
  CodePlanes planes;
  planes.code_bits = stored_code_bits(entries);
  planes.low.reserve(codes.size());
  for (std::uint16_t code : codes) planes.low.push_back(static_cast<std::uint8_t>(code & 0xffu));

  const unsigned width = planes.code_bits - 8u;
  planes.high.assign((codes.size() * width + 7) / 8, 0);
  for (std::size_t i = 0; i < codes.size() * width; ++i) {
    const unsigned bit = (codes[i / width] >> (8 + i % width)) & 1u;
    planes.high[i / 8] = static_cast<std::uint8_t>(planes.high[i / 8] | bit << (i % 8));
  }
  return planes;
}

std::vector<std::uint16_t> join_codes(const CodePlanes& planes) {
  std::vector<std::uint16_t> codes(planes.low.begin(), planes.low.end());
  const unsigned width = planes.code_bits - 8u;
  for (std::size_t i = 0; i < codes.size() * width; ++i) {
    const unsigned bit = (planes.high[i / 8] >> (i % 8)) & 1u;
    std::uint16_t& code = codes[i / width];
    code = static_cast<std::uint16_t>(code | bit << (8 + i % width));
  }
  return codes;
}

}  // namespace bitdown::builder
