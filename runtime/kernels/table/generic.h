// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/unroll.h"
#include "kernels/table/table.h"

// The algorithm of table.h over the operations of a kernels/simd int16 type. Included by ISA files
// only; everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

/// kWordK lines at a time, as the multiply-add takes them. Beyond d any line does, since codewords
/// have zeros there; so do any numbers beyond `positions`.
template <typename Simd, int kVectors>
void pack_block(const TableBuildArgs& args, typename Simd::Column (*columns)[kVectors]) {
  constexpr std::uint32_t kLanes = Simd::kLanes;
  for (std::uint32_t e = 0; e < args.block_size; e += Simd::kWordK, ++columns) {
    for (std::uint32_t v = 0; v < kVectors; ++v) {
      const std::uint32_t begin = v * kLanes;
      const bool whole = begin + kLanes <= args.positions;
      std::uint8_t tail[Simd::kWordK][kLanes] = {};
      const std::uint8_t* lines[Simd::kWordK];
      for (std::uint32_t i = 0; i < Simd::kWordK; ++i) {
        const std::uint32_t line = e + i < args.block_size ? e + i : 0;
        lines[i] = args.lines + line * args.line_stride + begin;
        if (whole) continue;
        for (std::uint32_t p = 0; begin + p < args.positions; ++p) tail[i][p] = lines[i][p];
        lines[i] = tail[i];
      }
      (*columns)[v] = Simd::interleave(lines);
    }
  }
}

/// kCodes rows of T at once share the loads of the inputs.
template <typename Simd, int kVectors, int kTile, int kCodes>
void build_rows(const TableBuildArgs& args, const typename Simd::Column (*columns)[kVectors],
                const std::uint8_t* codes) {
  using Number = typename Simd::Number;
  const std::uint32_t stride = table_codeword_stride(args.block_size, Simd::kWordK);
  const Number* codeword[kCodes];
  typename Simd::Shift shift[kCodes];
  typename Simd::Wide sum[kCodes][kVectors];
  BITDOWN_UNROLL
  for (int c = 0; c < kCodes; ++c) {
    codeword[c] = static_cast<const Number*>(args.codebook) + std::size_t{codes[c]} * stride;
    shift[c] = Simd::make_shift(args.shifts[codes[c]]);
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) sum[c][v] = Simd::start(args.shifts[codes[c]]);
  }
  for (std::uint32_t e = 0; e < stride; e += Simd::kWordK) {
    BITDOWN_UNROLL
    for (int c = 0; c < kCodes; ++c) {
      const typename Simd::Weight weight = Simd::broadcast(codeword[c] + e);
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        sum[c][v] = Simd::multiply_add(weight, columns[e / Simd::kWordK][v], sum[c][v]);
      }
    }
  }
  BITDOWN_UNROLL
  for (int c = 0; c < kCodes; ++c) {
    std::int16_t* const row = args.table + std::size_t{codes[c]} * kTile;
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      Simd::store(row + v * Simd::kLanes, Simd::narrow(sum[c][v], shift[c]));
    }
  }
}

template <typename Simd, int kVectors, int kTile, int kCodes>
void build_tile(const TableBuildArgs& args) {
  // A copy: the table might overlap the arguments, for all that the compiler knows.
  const TableBuildArgs own = args;
  typename Simd::Column columns[kTableMaxBlock / Simd::kWordK][kVectors];
  pack_block<Simd, kVectors>(own, columns);
  std::uint32_t i = 0;
  for (; i + kCodes <= own.count; i += kCodes) {
    build_rows<Simd, kVectors, kTile, kCodes>(own, columns, own.codes + i);
  }
  if constexpr (kCodes > 1) {
    for (; i < own.count; ++i) {
      build_rows<Simd, kVectors, kTile, 1>(own, columns, own.codes + i);
    }
  }
}

/// The row of a code, by bytes: GCC would compute the address of every vector from the code.
template <int kTile>
const std::int16_t* row_of(const std::int16_t* table, std::uint8_t code) {
  constexpr std::size_t kBytes = kTile * sizeof(std::int16_t);
  return reinterpret_cast<const std::int16_t*>(reinterpret_cast<const std::byte*>(table) +
                                               code * kBytes);
}

/// kBlocks: args.blocks at compile time, or 0.
template <typename Simd, int kVectors, int kTile, int kBlocks>
void add_rows(const TableAddArgs& args) {
  // A copy: the sums might overlap the arguments, for all that the compiler knows.
  const TableAddArgs own = args;
  const std::uint8_t* codes = own.codes;
  std::int32_t* sums = own.sums;
  for (std::uint32_t r = 0; r < own.rows; ++r, codes += own.code_stride, sums += kTile) {
    typename Simd::Vector sum[kVectors];
    const std::int16_t* const row = row_of<kTile>(own.table, codes[0]);
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) sum[v] = Simd::load(row + v * Simd::kLanes);
    const auto add_block = [&](std::uint32_t b) {
      // Two blocks' loads at a time: GCC would begin with those of all blocks, and then keep
      // addresses in memory.
      if (b % 2 == 1) __atomic_signal_fence(__ATOMIC_SEQ_CST);
      const std::int16_t* const next =
          row_of<kTile>(own.table + std::size_t{b} * kTableRows * kTile, codes[b]);
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        sum[v] = Simd::add(sum[v], Simd::load(next + v * Simd::kLanes));
      }
    };
    if constexpr (kBlocks != 0) {
      BITDOWN_UNROLL
      for (std::uint32_t b = 1; b < kBlocks; ++b) add_block(b);
    } else {
      for (std::uint32_t b = 1; b < own.blocks; ++b) add_block(b);
    }
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      Simd::add_to(sums + v * Simd::kLanes, sum[v], own.first);
    }
  }
}

template <typename Simd, int kVectors, int kTile>
void add_tile(const TableAddArgs& args) {
  if (args.blocks == kTableBlocks) {
    add_rows<Simd, kVectors, kTile, kTableBlocks>(args);
  } else {
    add_rows<Simd, kVectors, kTile, 0>(args);
  }
}

/// Calls the narrowest variant that covers the positions.
template <typename Simd, int kVectors, int kCodes, int kTile = (kVectors * Simd::kLanes)>
void build_table(const TableBuildArgs& args) {
  if constexpr (kVectors > 1) {
    if (args.positions <= (kVectors - 1) * Simd::kLanes) {
      return build_table<Simd, kVectors - 1, kCodes, kTile>(args);
    }
  }
  build_tile<Simd, kVectors, kTile, kCodes>(args);
}

template <typename Simd, int kVectors, int kTile = (kVectors * Simd::kLanes)>
void add_table(const TableAddArgs& args) {
  if constexpr (kVectors > 1) {
    if (args.positions <= (kVectors - 1) * Simd::kLanes) {
      return add_table<Simd, kVectors - 1, kTile>(args);
    }
  }
  add_tile<Simd, kVectors, kTile>(args);
}

/// The table entry of an ISA: rows of kVectors, built kCodes at a time.
template <typename Simd, int kVectors, int kCodes>
constexpr TableKernel make_table_kernel(const char* name, IsaSet required) {
  return {name,
          required,
          kVectors * Simd::kLanes,
          Simd::kWordK,
          sizeof(typename Simd::Number),
          build_table<Simd, kVectors, kCodes>,
          add_table<Simd, kVectors>};
}

}  // namespace
}  // namespace bitdown::kernels
