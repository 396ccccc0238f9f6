// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/unroll.h"
#include "kernels/table/table.h"

// The algorithm of table.h over the operations of a kernels/simd int16 type. Included by ISA files
// only; everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

/// Two lines at a time, as the multiply-add takes them; beyond `positions` and d they are 0.
template <typename Simd, int kVectors>
void pack_block(const TableBuildArgs& args, typename Simd::Column (*columns)[kVectors]) {
  constexpr std::uint32_t kLanes = Simd::kLanes;
  for (std::uint32_t e = 0; e < args.block_size; e += 2, ++columns) {
    const std::uint8_t* const first = args.lines + e * args.line_stride;
    const bool pair = e + 1 < args.block_size;
    for (std::uint32_t v = 0; v < kVectors; ++v) {
      const std::uint32_t begin = v * kLanes;
      if (pair && begin + kLanes <= args.positions) {
        (*columns)[v] = Simd::interleave(first + begin, first + args.line_stride + begin);
        continue;
      }
      std::uint8_t tail[2][kLanes] = {};
      for (std::uint32_t i = 0; i < kLanes && begin + i < args.positions; ++i) {
        tail[0][i] = first[begin + i];
        if (pair) tail[1][i] = first[args.line_stride + begin + i];
      }
      (*columns)[v] = Simd::interleave(tail[0], tail[1]);
    }
  }
}

/// kCodes rows of T at once share the loads of the inputs.
template <typename Simd, int kVectors, int kCodes>
void build_rows(const TableBuildArgs& args, const typename Simd::Column (*columns)[kVectors],
                const std::uint8_t* codes, std::uint32_t tile) {
  const std::uint32_t stride = table_codeword_stride(args.block_size);
  const std::int32_t half = args.shift == 0 ? 0 : std::int32_t{1} << (args.shift - 1);
  const std::int16_t* codeword[kCodes];
  typename Simd::Wide sum[kCodes][kVectors];
  BITDOWN_UNROLL
  for (int c = 0; c < kCodes; ++c) {
    codeword[c] = args.codebook + std::size_t{codes[c]} * stride;
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) sum[c][v] = Simd::start(half);
  }
  for (std::uint32_t e = 0; e < stride; e += 2) {
    BITDOWN_UNROLL
    for (int c = 0; c < kCodes; ++c) {
      const typename Simd::Weight weight = Simd::broadcast(codeword[c] + e);
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        sum[c][v] = Simd::multiply_add(weight, columns[e / 2][v], sum[c][v]);
      }
    }
  }
  const typename Simd::Shift shift = Simd::make_shift(args.shift);
  BITDOWN_UNROLL
  for (int c = 0; c < kCodes; ++c) {
    std::int16_t* const row = args.table + std::size_t{codes[c]} * tile;
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      Simd::store(row + v * Simd::kLanes, Simd::narrow(sum[c][v], shift));
    }
  }
}

template <typename Simd, int kVectors>
void build_tile(const TableBuildArgs& args, std::uint32_t tile) {
  typename Simd::Column columns[kTableMaxBlock / 2][kVectors];
  pack_block<Simd, kVectors>(args, columns);
  std::uint32_t i = 0;
  for (; i + 2 <= args.count; i += 2) {
    build_rows<Simd, kVectors, 2>(args, columns, args.codes + i, tile);
  }
  if (i < args.count) build_rows<Simd, kVectors, 1>(args, columns, args.codes + i, tile);
}

/// kBlocks: args.blocks at compile time, or 0.
template <typename Simd, int kVectors, int kBlocks>
void add_rows(const TableAddArgs& args, std::uint32_t tile) {
  const std::uint32_t blocks = kBlocks != 0 ? kBlocks : args.blocks;
  const std::uint8_t* codes = args.codes;
  std::int32_t* sums = args.sums;
  for (std::uint32_t r = 0; r < args.rows; ++r, codes += args.code_stride, sums += tile) {
    const std::int16_t* table = args.table;
    typename Simd::Vector sum[kVectors];
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      sum[v] = Simd::load(table + std::size_t{codes[0]} * tile + v * Simd::kLanes);
    }
    for (std::uint32_t b = 1; b < blocks; ++b) {
      table += std::size_t{kTableRows} * tile;
      const std::int16_t* const row = table + std::size_t{codes[b]} * tile;
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        sum[v] = Simd::add(sum[v], Simd::load(row + v * Simd::kLanes));
      }
    }
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      Simd::add_to(sums + v * Simd::kLanes, sum[v], args.first);
    }
  }
}

template <typename Simd, int kVectors>
void add_tile(const TableAddArgs& args, std::uint32_t tile) {
  if (args.blocks == kTableBlocks) {
    add_rows<Simd, kVectors, kTableBlocks>(args, tile);
  } else {
    add_rows<Simd, kVectors, 0>(args, tile);
  }
}

/// Calls the narrowest variant that covers the positions.
template <typename Simd, int kVectors>
void build_positions(const TableBuildArgs& args, std::uint32_t tile) {
  if constexpr (kVectors > 1) {
    if (args.positions <= (kVectors - 1) * Simd::kLanes) {
      build_positions<Simd, kVectors - 1>(args, tile);
      return;
    }
  }
  build_tile<Simd, kVectors>(args, tile);
}

template <typename Simd, int kVectors>
void add_positions(const TableAddArgs& args, std::uint32_t tile) {
  if constexpr (kVectors > 1) {
    if (args.positions <= (kVectors - 1) * Simd::kLanes) {
      add_positions<Simd, kVectors - 1>(args, tile);
      return;
    }
  }
  add_tile<Simd, kVectors>(args, tile);
}

template <typename Simd, int kVectors>
void build_table(const TableBuildArgs& args) {
  build_positions<Simd, kVectors>(args, kVectors * Simd::kLanes);
}

template <typename Simd, int kVectors>
void add_table(const TableAddArgs& args) {
  add_positions<Simd, kVectors>(args, kVectors * Simd::kLanes);
}

/// The table entry of an ISA.
template <typename Simd, int kVectors>
constexpr TableKernel make_table_kernel(const char* name, IsaSet required) {
  return {name, required, kVectors * Simd::kLanes, build_table<Simd, kVectors>,
          add_table<Simd, kVectors>};
}

}  // namespace
}  // namespace bitdown::kernels
