// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/gemm_i8/gemm_i8.h"

// Decoding, compiled for an ISA only for the sake of its wide registers. Included by ISA files
// only.
namespace bitdown::kernels {
namespace {

/// kBytes of a codeword move as kMoved, what a register or two hold: the next codeword overwrites
/// what is too much.
template <std::uint32_t kBytes, std::uint32_t kMoved>
void copy_codewords(const CodewordsArgs& args) {
  const std::uint8_t* code = args.codes;
  const std::byte* const codebook = args.codebook;
  std::byte* out = args.out;
  const auto copy = [&](std::size_t which) {
    __builtin_memcpy(out, codebook + which * kBytes, kMoved);
    out += kBytes;
  };
  std::uint32_t i = 0;
  for (; i + 4 <= args.count; i += 4) {
    // All four first: the compiler cannot know that `out` does not overlap them.
    const std::size_t first = code[i];
    const std::size_t second = code[i + 1];
    const std::size_t third = code[i + 2];
    const std::size_t fourth = code[i + 3];
    copy(first);
    copy(second);
    copy(third);
    copy(fourth);
  }
  for (; i < args.count; ++i) copy(code[i]);
}

inline void copy_any_codewords(const CodewordsArgs& args) {
  std::byte* out = args.out;
  for (std::uint32_t i = 0; i < args.count; ++i, out += args.bytes) {
    __builtin_memcpy(out, args.codebook + std::size_t{args.codes[i]} * args.bytes, args.bytes);
  }
}

/// d = 4, 8, 9 and 18, which the published networks have, in bytes or in 16 bits.
inline void copy_codewords_i8(const CodewordsArgs& args) {
  switch (args.bytes) {
    case 4:
      return copy_codewords<4, 4>(args);
    case 8:
      return copy_codewords<8, 8>(args);
    case 9:
      return copy_codewords<9, 16>(args);
    case 16:
      return copy_codewords<16, 16>(args);
    case 18:
      return copy_codewords<18, 32>(args);
    case 36:
      return copy_codewords<36, 48>(args);
    default:
      return copy_any_codewords(args);
  }
}

}  // namespace
}  // namespace bitdown::kernels
