// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu.h"

/// Convolution by tables: where many outputs share few codewords, the product of a codeword with
/// the inputs of its block is computed once and then looked up ("And the Bit Goes Down", section 3;
/// the idea is that of product quantization, Jegou et al. 2011). For one block of d columns and a
/// tile of positions,
///
///   T[c][p]  = (sum over e < d of codebook[c][e] * x[e][p] + 2^(shift - 1)) >> shift      (build)
///   S[o][p] += sum over blocks b of T_b[code(o, b)][p]                                     (add)
///
/// (`shift` 0 adds nothing). T is int16 and computed only for the codes that occur; the sum in
/// brackets is int32 and exact. Adding up at most kTableBlocks blocks goes in int16, whose
/// arithmetic is exact modulo 2^16, so that the result is exact when the final sum fits, which the
/// caller ensures by `shift`; S is int32. Integers only: every ISA gives the same bits.
namespace bitdown::kernels {

constexpr std::uint32_t kTableBlocks = 8;     ///< Tables that add() reads at a time, at most.
constexpr std::uint32_t kTableRows = 256;     ///< Of one table: codes are bytes.
constexpr std::uint32_t kTableMaxBlock = 32;  ///< Largest d.

/// Numbers from one codeword to the next: d and a zero where d is odd.
constexpr std::uint32_t table_codeword_stride(std::uint32_t block_size) {
  return (block_size + 1) / 2 * 2;
}

struct TableBuildArgs {
  const std::uint8_t* lines = nullptr;  ///< (block_size, positions): x.
  std::size_t line_stride = 0;
  std::uint32_t block_size = 0;            ///< 1 to kTableMaxBlock.
  std::uint32_t positions = 0;             ///< 1 to TableKernel::tile; T's lanes beyond: undefined.
  const std::int16_t* codebook = nullptr;  ///< Rows of table_codeword_stride().
  const std::uint8_t* codes = nullptr;     ///< The rows of T to compute.
  std::uint32_t count = 0;
  std::uint32_t shift = 0;
  std::int16_t* table = nullptr;  ///< (kTableRows, tile).
};

struct TableAddArgs {
  const std::uint8_t* codes = nullptr;  ///< code(o, b) at o * code_stride + b.
  std::size_t code_stride = 0;
  std::uint32_t rows = 0;
  std::uint32_t blocks = 0;             ///< 1 to kTableBlocks.
  const std::int16_t* table = nullptr;  ///< (blocks, kTableRows, tile).
  std::int32_t* sums = nullptr;         ///< (rows, tile).
  std::uint32_t positions = 0;          ///< 1 to tile; lanes beyond are undefined in `sums`.
  bool first = false;                   ///< Overwrite `sums` instead of adding to them.
};

struct TableKernel {
  const char* name;
  IsaSet required;
  std::uint32_t tile;  ///< Positions of a row of T.
  void (*build)(const TableBuildArgs&);
  void (*add)(const TableAddArgs&);
};

/// All kernels of this build, best first, the portable one last.
std::span<const TableKernel* const> table_kernels();

/// The first kernel that `isa` can run. Pure.
const TableKernel& select_table(IsaSet isa);

}  // namespace bitdown::kernels
