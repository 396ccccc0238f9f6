// SPDX-License-Identifier: MIT
#include "schema/codes.h"

#include <algorithm>

namespace bitdown::schema {
namespace {

std::uint32_t largest_byte(const std::uint8_t* codes, std::uint64_t count) {
  std::uint8_t largest = 0;
  for (std::uint64_t i = 0; i < count; ++i) largest = std::max(largest, codes[i]);
  return largest;
}

std::uint32_t largest_split_code(const std::uint8_t* low, const flatbuffers::Vector<uint8_t>& high,
                                 std::uint64_t count, unsigned width) {
  const std::uint32_t mask = (1u << width) - 1;
  std::uint32_t largest = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    // At most 8 bits from bit i * width on: they span two bytes, the second of which may not exist.
    const std::uint32_t byte = static_cast<std::uint32_t>(i * width / 8);
    std::uint32_t window = high.Get(byte);
    if (byte + 1 < high.size()) window |= static_cast<std::uint32_t>(high.Get(byte + 1)) << 8;
    largest = std::max(largest, ((window >> (i * width % 8)) & mask) << 8 | low[i]);
  }
  return largest;
}

}  // namespace

bool codes_below(const CodedWeights& weights, std::uint64_t count, std::uint32_t entries) {
  const unsigned bits = weights.code_bits();
  if (count == 0 || entries == 1u << bits) return true;
  const std::uint8_t* low = weights.codes()->data();
  const std::uint32_t largest =
      bits == 8 ? largest_byte(low, count)
                : largest_split_code(low, *weights.high_bits(), count, bits - 8);
  return largest < entries;
}

}  // namespace bitdown::schema
