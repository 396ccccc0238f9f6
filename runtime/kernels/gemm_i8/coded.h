// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <numeric>
#include <type_traits>

#include "kernels/gemm_i8/beside.h"
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
  static constexpr int kWords = kCodes * kBlock / kWord;
  /// Numbers of the i-th codeword that belong to a word which begins before it.
  static constexpr int head(int i) { return (kWord - i * kBlock % kWord) % kWord; }
  /// The first word that lies in it whole.
  static constexpr int first(int i) { return (i * kBlock + head(i)) / kWord; }
  /// Words that lie in it whole.
  static constexpr int words(int i) { return (kBlock - head(i)) / kWord; }
  /// Numbers behind these, which begin a word that ends in the next codeword.
  static constexpr int tail(int i) { return (kBlock - head(i)) % kWord; }
};

/// kRows x kVectors sums, and what is beside them.
template <typename Simd, int kRows, int kVectors, typename Beside>
struct CodedTile {
  typename Simd::Vector sum[kRows][kVectors];
  const typename Simd::Word* b;
  std::size_t b_stride;
  Beside beside;

  /// Adds the next kCount words of k, from the w-th of their group on. `words_of(r)(i)` is the i-th
  /// of row r in all lanes; two at a time, so that an address serves both.
  template <int kCount, typename WordsOf>
  [[gnu::always_inline]] inline void add_words(int w, const WordsOf& words_of) {
    typename Simd::Column column[kCount][kVectors];
    BITDOWN_UNROLL
    for (int i = 0; i < kCount; ++i) {
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        column[i][v] = Simd::load(b + i * b_stride + v * Simd::kLanes);
      }
    }
    BITDOWN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const auto words = words_of(r);
      BITDOWN_UNROLL
      for (int i = 0; i < kCount; ++i) {
        const typename Simd::Column weight = words(i);
        BITDOWN_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          sum[r][v] = Simd::multiply_add(weight, column[i][v], sum[r][v]);
        }
        beside.take(r, w + i, weight);
      }
      // Compilers would load weights of other rows before, and have no registers for the sums.
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) Simd::pin(sum[r][v]);
    }
    BITDOWN_UNROLL
    for (int i = 0; i < kCount; ++i) beside.end_word(w + i);
    b += kCount * b_stride;
  }

  /// Adds the two words of a codeword, `codeword(r)` of row r.
  template <typename CodewordOf>
  [[gnu::always_inline]] inline void add_pair(const CodewordOf& codeword) {
    add_words<2>(0, [&](int r) {
      const auto* const at = codeword(r);
      return [at](int i) { return Simd::broadcast_word(word_bits(at + i * Simd::kWordK)); };
    });
  }

  /// Adds the words that begin in the kCode-th codeword of a group and in those after it;
  /// `at[i][r]` is the i-th of row r.
  template <int kBlock, int kCode>
  [[gnu::always_inline]] inline void add_group(
      const Number<Simd>* const (&at)[CodedLayout<Simd, kBlock>::kCodes][kRows]) {
    using Layout = CodedLayout<Simd, kBlock>;
    BITDOWN_NO_UNROLL
    for (int w = 0; w < Layout::words(kCode); ++w) {
      const int offset = Layout::head(kCode) + w * Simd::kWordK;
      add_words<1>(Layout::first(kCode) + w, [&](int r) {
        const auto weight = Simd::broadcast_word(word_bits(at[kCode][r] + offset));
        return [weight](int) { return weight; };
      });
    }
    if constexpr (Layout::tail(kCode) != 0) {
      constexpr int kBits = 32 / Simd::kWordK * Layout::tail(kCode);
      add_words<1>(Layout::first(kCode) + Layout::words(kCode), [&](int r) {
        const std::uint32_t first = word_bits(at[kCode][r] + kBlock - Simd::kWordK);
        const std::uint32_t second = word_bits(at[kCode + 1][r]);
        const auto weight = Simd::broadcast_word(first >> (32 - kBits) | second << kBits);
        return [weight](int) { return weight; };
      });
      add_group<kBlock, kCode + 1>(at);
    }
  }
};

/// Codes of some rows, with few registers for their addresses.
template <int kRows>
struct CodeRows {
  const std::uint8_t* four[(kRows + 3) / 4];
  std::size_t stride;
  std::size_t stride3;

  CodeRows(const Int8CodedArgs& args, std::uint32_t row)
      : stride(args.code_stride), stride3(3 * args.code_stride) {
    for (int i = 0; i < kRows; i += 4) four[i / 4] = args.codes + (row + i) * stride;
    asm("" : "+r"(stride3));  // Or compilers compute it anew for every code.
  }
  std::size_t at(int r, std::uint32_t block) const {
    return four[r / 4][block + (r % 4 == 3 ? stride3 : r % 4 * stride)];
  }
};

/// Finishes rows from `done` on.
template <typename Simd, int kRows, int kVectors, bool kResidual>
[[gnu::always_inline]] inline void finish_rows(
    const Int8CodedArgs& args, std::uint32_t row, std::uint32_t done,
    const typename Simd::Vector (&sum)[kRows][kVectors]) {
  const Int8Outputs& outputs = args.outputs;
  const std::uint32_t last = args.positions - (kVectors - 1) * Simd::kLanes;
  typename Simd::Epilogue epilogue(outputs.residual_scale, outputs.floor);
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    if (row + r < done) continue;
    epilogue.set(outputs.row[row + r]);
    const std::size_t at = (row + r) * outputs.out_stride;
    const std::uint8_t* const residual = kResidual ? outputs.residual + at : nullptr;
    std::uint8_t* const out = outputs.out + at;
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const std::size_t from = v * Simd::kLanes;
      const std::uint8_t* const added = kResidual ? residual + from : nullptr;
      if (v + 1 < kVectors || last == Simd::kLanes) {
        Simd::finish(epilogue, sum[r][v], added, out + from);
      } else {
        Simd::finish_some(epilogue, sum[r][v], added, out + from, last);
      }
    }
  }
}

/// kRows rows from `row` on, of which those before `done` are finished.
template <typename Simd, int kRows, int kVectors, int kTile, int kBlock, typename Beside>
void multiply_rows(const Int8CodedArgs& args, std::uint32_t row, std::uint32_t done,
                   const Beside& beside) {
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
  const CodeRows<kRows> codes(args, row);
  const std::uint32_t blocks = args.blocks;
  for (std::uint32_t block = 0; block < blocks; block += kCodes) {
    const auto codeword = [&](int i, int r) {
      return codebook[r] + codes.at(r, block + i) * kBlock;
    };
    tile.beside.begin();
    if constexpr (kBlock == 2 * Simd::kWordK) {
      tile.add_pair([&](int r) { return codeword(0, r); });
    } else {
      const Number<Simd>* at[kCodes][kRows];
      BITDOWN_UNROLL
      for (int i = 0; i < kCodes; ++i) {
        BITDOWN_UNROLL
        for (int r = 0; r < kRows; ++r) at[i][r] = codeword(i, r);
      }
      tile.template add_group<kBlock, 0>(at);
    }
  }
  if (args.outputs.residual == nullptr) {
    finish_rows<Simd, kRows, kVectors, false>(args, row, done, tile.sum);
  } else {
    finish_rows<Simd, kRows, kVectors, true>(args, row, done, tile.sum);
  }
  tile.beside.store(args.extra_c + row * args.extra_stride, args.extra_stride);
}

/// All rows; the last kRows overlap others where kRows does not divide them.
template <typename Simd, int kRows, int kVectors, int kTile, int kBlock, typename Beside>
void multiply_all_rows(const Int8CodedArgs& args, const Beside& beside) {
  for (std::uint32_t row = 0; row < args.rows; row += kRows) {
    const std::uint32_t from = row + kRows <= args.rows ? row : args.rows - kRows;
    multiply_rows<Simd, kRows, kVectors, kTile, kBlock>(args, from, row, beside);
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
  if constexpr (StoresLanes<Simd> && kVectors * Simd::kLanes == kTile) {
    if (args.extra != nullptr) {
      if constexpr (kBlock % Simd::kWordK != 0) {
        return multiply_all_rows<Simd, kRows, kVectors, kTile, kBlock>(
            args, GatheredBeside<Simd, kRows>(args.extra));
      } else {
        using Beside = StoredBeside<Simd, kRows, CodedLayout<Simd, kBlock>::kWords>;
        alignas(64) typename Beside::Group groups[Beside::kGroups] = {};
        return multiply_all_rows<Simd, kRows, kVectors, kTile, kBlock>(args,
                                                                       Beside(args.extra, groups));
      }
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
