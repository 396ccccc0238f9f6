// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <numeric>
#include <type_traits>

#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/simd/unroll.h"

// Products straight from codes over the operations of a kernels/simd integer type: a word of a row
// is broadcast from where its codeword lies in the codebook, which costs the load of a pointer more
// than from a panel, and no decoding. Included by ISA files of little-endian machines only.
namespace bitdown::kernels {
namespace {

template <typename Simd>
using Number = std::remove_extent_t<decltype(Simd::Word::k)>;

template <typename T>
std::uint32_t word_bits(const T* from) {
  std::uint32_t bits;
  std::memcpy(&bits, from, sizeof bits);
  return bits;
}

/// How the words of k lie on codewords of kBlock numbers: after kCodes of them both begin anew.
template <typename Simd, int kBlock>
struct CodedLayout {
  static constexpr int kWord = Simd::kWordK;
  static constexpr int kCodes = std::lcm(kBlock, kWord) / kBlock;
  /// Numbers of the i-th codeword that belong to a word which begins before it.
  static constexpr int head(int i) { return (kWord - i * kBlock % kWord) % kWord; }
  /// Words that lie in it whole.
  static constexpr int words(int i) { return (kBlock - head(i)) / kWord; }
  /// Numbers behind these, which begin a word that ends in the next codeword.
  static constexpr int tail(int i) { return (kBlock - head(i)) % kWord; }
};

/// What is summed up beside a tile: nothing.
template <typename Simd>
struct NoneBeside {
  void take(int, typename Simd::Column) {}
  void end_word() {}
};

/// Simds that can pick a lane of a vector: one more position costs no vector of positions, since
/// the words of kRows rows fit one that the tile's broadcasts are gathered in.
template <typename Simd>
concept PicksLanes = requires(typename Simd::Column words) {
  Simd::pick(words, words, Simd::lane(1));
};

template <typename Simd, int kRows>
struct OneBeside {
  static_assert(kRows <= Simd::kLanes);
  const typename Simd::Word* words;
  typename Simd::Lane lanes[kRows];
  typename Simd::Vector sums = Simd::zero();  ///< Lane r: row r.
  typename Simd::Column rows = {};

  explicit OneBeside(const void* from) : words(static_cast<const typename Simd::Word*>(from)) {
    BITDOWN_UNROLL
    for (int r = 1; r < kRows; ++r) lanes[r] = Simd::lane(r);
  }
  void take(int r, typename Simd::Column weight) {
    rows = r == 0 ? weight : Simd::pick(rows, weight, lanes[r]);
  }
  void end_word() { sums = Simd::multiply_add(rows, Simd::broadcast(words++), sums); }
};

/// kRows x kVectors sums, and what is beside them.
template <typename Simd, int kRows, int kVectors, typename Beside>
struct CodedTile {
  typename Simd::Vector sum[kRows][kVectors];
  const typename Simd::Word* b;
  std::size_t b_stride;
  Beside beside;

  /// Adds the next word of k: `word(r)` is that of row r in all lanes.
  template <typename WordOf>
  [[gnu::always_inline]] inline void add_word(const WordOf& word) {
    // Loads stay where they are: compilers would begin with those of other words, and then have no
    // registers for the sums.
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    typename Simd::Column column[kVectors];
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) column[v] = Simd::load(b + v * Simd::kLanes);
    BITDOWN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const typename Simd::Column weight = word(r);
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] = Simd::multiply_add(weight, column[v], sum[r][v]);
      }
      beside.take(r, weight);
    }
    beside.end_word();
    b += b_stride;
  }

  /// The same for the next two words, which lie side by side from `from(r)` on: a pointer serves
  /// both, and needs no register for long. Nothing fits beside.
  template <typename From>
  [[gnu::always_inline]] inline void add_pair(const From& from) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    typename Simd::Column column[2][kVectors];
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      column[0][v] = Simd::load(b + v * Simd::kLanes);
      column[1][v] = Simd::load(b + b_stride + v * Simd::kLanes);
    }
    BITDOWN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const Number<Simd>* const at = from(r);
      BITDOWN_UNROLL
      for (int w = 0; w < 2; ++w) {
        const auto weight = Simd::broadcast_word(word_bits(at + w * Simd::kWordK));
        BITDOWN_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          sum[r][v] = Simd::multiply_add(weight, column[w][v], sum[r][v]);
        }
      }
    }
    b += 2 * b_stride;
  }

  /// Adds the words that begin in the kCode-th codeword of `at` and in those after it.
  template <int kBlock, int kCode>
  [[gnu::always_inline]] inline void add_codewords(
      const Number<Simd>* const (&at)[CodedLayout<Simd, kBlock>::kCodes][kRows]) {
    using Layout = CodedLayout<Simd, kBlock>;
    BITDOWN_NO_UNROLL
    for (int w = 0; w < Layout::words(kCode); ++w) {
      const int offset = Layout::head(kCode) + w * Simd::kWordK;
      add_word([&](int r) { return Simd::broadcast_word(word_bits(at[kCode][r] + offset)); });
    }
    if constexpr (Layout::tail(kCode) != 0) {
      constexpr int kBits = 32 / Simd::kWordK * Layout::tail(kCode);
      add_word([&](int r) {
        const std::uint32_t first = word_bits(at[kCode][r] + kBlock - Simd::kWordK);
        const std::uint32_t second = word_bits(at[kCode + 1][r]);
        return Simd::broadcast_word(first >> (32 - kBits) | second << kBits);
      });
    }
    if constexpr (kCode + 1 < Layout::kCodes) add_codewords<kBlock, kCode + 1>(at);
  }
};

/// kRows rows from `row` on.
template <typename Simd, int kRows, int kVectors, int kTile, int kBlock, typename Beside>
void multiply_rows(const Int8CodedArgs& args, std::uint32_t row, const Beside& beside) {
  constexpr int kCodes = CodedLayout<Simd, kBlock>::kCodes;
  const Number<Simd>* codebook[kRows];
  CodedTile<Simd, kRows, kVectors, Beside> tile = {
      {}, static_cast<const typename Simd::Word*>(args.b), kTile, beside};
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    codebook[r] = static_cast<const Number<Simd>*>(args.codebooks) +
                  args.versions[row + r] * args.version_size;
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) tile.sum[r][v] = Simd::zero();
  }
  const std::uint8_t* const codes = args.codes + row * args.code_stride;
  constexpr bool kPair = kBlock == 2 * Simd::kWordK && std::is_same_v<Beside, NoneBeside<Simd>>;
  for (std::uint32_t block = 0; kPair && block < args.blocks; ++block) {
    tile.add_pair([&](int r) {
      return codebook[r] + std::size_t{codes[r * args.code_stride + block]} * kBlock;
    });
  }
  for (std::uint32_t block = 0; !kPair && block < args.blocks; block += kCodes) {
    const Number<Simd>* at[kCodes][kRows];
    BITDOWN_UNROLL
    for (int i = 0; i < kCodes; ++i) {
      BITDOWN_UNROLL
      for (int r = 0; r < kRows; ++r) {
        const std::size_t code = codes[r * args.code_stride + block + i];
        at[i][r] = codebook[r] + code * kBlock;
      }
    }
    tile.template add_codewords<kBlock, 0>(at);
  }
  std::int32_t* const c = args.c + row * args.c_stride;
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      Simd::store_sums(c + r * args.c_stride + v * Simd::kLanes, tile.sum[r][v]);
    }
  }
  if constexpr (!std::is_same_v<Beside, NoneBeside<Simd>>) {
    std::int32_t lanes[Simd::kLanes];
    Simd::store_sums(lanes, tile.beside.sums);
    for (int r = 0; r < kRows; ++r) args.extra_c[(row + r) * args.extra_stride] = lanes[r];
  }
}

/// All rows; the last kRows overlap others where kRows does not divide them.
template <typename Simd, int kRows, int kVectors, int kTile, int kBlock, typename Beside>
void multiply_all_rows(const Int8CodedArgs& args, const Beside& beside) {
  for (std::uint32_t row = 0; row < args.rows; row += kRows) {
    const std::uint32_t from = row + kRows <= args.rows ? row : args.rows - kRows;
    multiply_rows<Simd, kRows, kVectors, kTile, kBlock>(args, from, beside);
  }
}

/// Picks the narrowest that covers the positions; one beside them comes only with whole tiles.
template <typename Simd, int kRows, int kVectors, int kTile, int kBlock>
void multiply_positions(const Int8CodedArgs& args) {
  if constexpr (kVectors > 1) {
    if (args.positions <= (kVectors - 1) * Simd::kLanes) {
      return multiply_positions<Simd, kRows, kVectors - 1, kTile, kBlock>(args);
    }
  }
  if constexpr (PicksLanes<Simd> && kVectors * Simd::kLanes == kTile) {
    if (args.extra != nullptr) {
      return multiply_all_rows<Simd, kRows, kVectors, kTile, kBlock>(
          args, OneBeside<Simd, kRows>(args.extra));
    }
  }
  multiply_all_rows<Simd, kRows, kVectors, kTile, kBlock>(args, NoneBeside<Simd>());
}

template <typename Simd, int kRows, int kVectors>
void multiply_coded(const Int8CodedArgs& args) {
  constexpr int kTile = kVectors * Simd::kLanes;
  switch (args.block_size) {
    case 4:
      return multiply_positions<Simd, kRows, kVectors, kTile, 4>(args);
    case 8:
      return multiply_positions<Simd, kRows, kVectors, kTile, 8>(args);
    default:
      return multiply_positions<Simd, kRows, kVectors, kTile, 18>(args);
  }
}

}  // namespace
}  // namespace bitdown::kernels
