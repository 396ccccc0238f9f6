// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>

#include "kernels/panel/panel.h"

/// The integer family of panel.h: A holds signed weights in [-127, 127], B unsigned 8-bit
/// activations, sums are int32 and exact. The kernels differ in how they hold numbers (int8 words
/// of four, int16 words of two or one), never in a result: every ISA gives the same bits.
namespace bitdown::kernels {

/// What turns the sums of one row into outputs; the zero points are folded into the shift.
struct RowFinish {
  float scale;
  float shift;
};

/// What sums c become; every operation rounds on its own, in this order:
///   t = float(c[r][p]) * row[r].scale + row[r].shift   (+ float(residual[r][p]) * residual_scale)
///   out[r][p] = round to nearest even(min(max(t, floor), 255))
/// in units of the output's quantization step.
struct Int8Outputs {
  const std::uint8_t* residual = nullptr;  ///< Null for none; may equal out.
  std::uint8_t* out = nullptr;
  std::size_t out_stride = 0;  ///< The residual's as well.
  const RowFinish* row = nullptr;
  float residual_scale = 0.0f;
  float floor = 0.0f;  ///< 0, or the output's zero point for ReLU: an integer.
};

/// One call of Int8Kernel::finish.
struct Int8FinishArgs : Int8Outputs {
  const std::int32_t* c = nullptr;
  std::size_t c_stride = 0;
  std::uint32_t rows = 1;
  std::uint32_t positions = 0;
};

/// A line of activations: position p is line[p] where bit p % tile of inside[p / tile] is set, and
/// padding elsewhere, where line[p] may lie outside of everything.
struct Int8Line {
  const std::uint8_t* line;
  const std::uint64_t* inside;
};

/// One call of Int8Kernel::pack: word_k lines of activations for each become rows of words in every
/// tile of B. Lanes of the last tile beyond `positions`, whose bits are clear, become padding.
struct Int8PackArgs {
  const Int8Line* lines = nullptr;  ///< (words, word_k).
  std::uint32_t words = 0;
  std::uint8_t zero = 0;                   ///< Padding.
  std::span<const std::uint8_t> readable;  ///< Bytes that may be read without being inside.
  void* b = nullptr;                       ///< The first row of words in the first tile.
  std::size_t b_tile_stride = 0;           ///< In words.
  std::uint32_t positions = 0;
};

/// One call of Int8Kernel::few, the product of panel.h for positions that would fill a small part
/// of a vector:  C[r][p] = sum over k of A[r][k] * B[p][k], in words of packed B.
struct Int8FewArgs {
  const void* a = nullptr;
  std::size_t a_stride = 0;  ///< In words.
  const void* b = nullptr;   ///< (positions, depth) words.
  std::size_t b_stride = 0;
  std::int32_t* c = nullptr;
  std::size_t c_stride = 0;
  std::uint32_t rows = 0;  ///< Multiple of PanelKernel::rows.
  std::uint32_t depth = 0;
  std::uint32_t positions = 0;
};

/// One call of Int8Kernel::copy_codewords: the codewords of `count` codes one after another.
struct CodewordsArgs {
  const std::uint8_t* codes = nullptr;
  std::uint32_t count = 0;
  const std::byte* codebook = nullptr;  ///< kCodewordSlack bytes behind it are readable.
  std::uint32_t bytes = 0;              ///< Of a codeword.
  std::byte* out = nullptr;             ///< kCodewordSlack bytes behind them may be overwritten.
};
constexpr std::uint32_t kCodewordSlack = 64;

/// One call of Int8Kernel::coded, the product of panel.h for one tile straight from codes, finished
///   C[r][p] = sum over k of A[r][k] * B[k][p],  row r of A = its codewords one after another
/// Where the positions fill the tile, one more may be given, its words of k one after another, of
/// which the sums are kept.
struct Int8CodedArgs {
  const std::uint8_t* codes = nullptr;  ///< (rows, blocks).
  std::size_t code_stride = 0;
  std::uint32_t blocks = 0;
  std::uint32_t block_size = 0;            ///< d.
  const void* codebooks = nullptr;         ///< Versions of one codebook.
  std::size_t version_size = 0;            ///< In numbers.
  const std::uint8_t* versions = nullptr;  ///< That of each row.
  const void* b = nullptr;                 ///< One tile: (columns, tile) words.
  std::uint32_t rows = 0;                  ///< At least PanelKernel::rows.
  std::uint32_t positions = 0;             ///< 1 to PanelKernel::tile.
  Int8Outputs outputs;
  const void* extra = nullptr;  ///< Of one more position, or null.
  std::int32_t* extra_c = nullptr;
  std::size_t extra_stride = 0;  ///< From row to row.
};

struct Int8Kernel : PanelKernel {
  void (*finish)(const Int8FinishArgs&);
  void (*pack)(const Int8PackArgs&);
  void (*few)(const Int8FewArgs&);  ///< Null where words of B cannot be told apart.
  void (*copy_codewords)(const CodewordsArgs&);
  void (*coded)(const Int8CodedArgs&);  ///< Null where decoding first is as good.
  bool codes_extra;                     ///< Whether that takes one more position.
  std::uint32_t lanes;                  ///< Positions of a vector of sums.
  bool chained = false;  ///< Exact only where codewords stay within reach (weights/reach.h).
  const Int8Kernel* chained8 = nullptr;   ///< A chained one for codewords of 8,
  const Int8Kernel* chained18 = nullptr;  ///< and of 18; null where it would be no faster.

  /// The one for rows of codewords of d numbers, from their first on; 0 for dense rows.
  const Int8Kernel& of_codewords(std::uint32_t d) const {
    const Int8Kernel* const found = d == 8 ? chained8 : d == 18 ? chained18 : nullptr;
    return found != nullptr ? *found : *this;
  }

  /// How many of the last of `positions` few() takes: those that leave most lanes idle.
  std::uint32_t few_of(std::uint32_t positions) const {
    const std::uint32_t left = positions % lanes;
    return few != nullptr && left <= lanes / 4 ? left : 0;
  }
};

/// What Int8Kernel::coded takes: d of the published networks, in whole words of k. With d = 9 half
/// of the words lie across two codewords, and decoding first is faster.
inline bool can_multiply_codes(std::uint32_t block_size, std::uint32_t columns,
                               const Int8Kernel& kernel) {
#if defined(__clang__)
  const bool known = block_size == 4 || block_size == 8 || block_size == 18;
#else
  const bool known = block_size == 4 || block_size == 8;  // GCC 12 keeps the sums of 18 in memory.
#endif
  return known && columns % std::lcm(block_size, kernel.word_k) == 0;
}

/// Of a number in the kernel's words.
inline std::size_t element_bytes(const Int8Kernel& kernel) {
  return kernel.word_bytes / kernel.word_k;
}

/// All kernels of this build, best first, the portable one last.
std::span<const Int8Kernel* const> int8_kernels();

/// The first kernel that `isa` can run. Pure.
const Int8Kernel& select_int8(IsaSet isa);

}  // namespace bitdown::kernels
