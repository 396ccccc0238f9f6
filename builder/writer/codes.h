// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace bitdown::builder {

/// Codes as schema CodedWeights stores them: a plane of bytes that a kernel indexes directly and,
/// for more than 8 bits, a packed plane of what does not fit a byte, so that a code of 10 bits
/// costs 10 bits.
struct CodePlanes {
  std::uint8_t code_bits = 8;      ///< max(8, ceil(log2 K)).
  std::vector<std::uint8_t> low;   ///< Low 8 bits of each code.
  std::vector<std::uint8_t> high;  ///< code_bits - 8 bits of each code from each byte's least
                                   ///< significant bit on; empty for code_bits = 8.
};

/// Bits of a stored code for K = `entries` codewords, 1 to 65536: max(8, ceil(log2 K)).
std::uint8_t stored_code_bits(std::uint32_t entries);

/// Splits `codes`, each below `entries`.
CodePlanes split_codes(const std::vector<std::uint16_t>& codes, std::uint32_t entries);

/// The codes that were split.
std::vector<std::uint16_t> join_codes(const CodePlanes& planes);

}  // namespace bitdown::builder
