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
///   T[c][p]  = (sum over e < d of q[c][e] * (x[e][p] - 128) + 2^(shift[c] - 1)) >> shift[c]
///   S[o][p] += sum over blocks b of T_b[code(o, b)][p]                     (build, and add)
///
/// (`shift` 0 adds nothing). Codewords q are int8, each with a shift of its own, so that small ones
/// may have a finer grid. T is int16 and computed only for the codes that occur; the sum in
/// brackets is int32 and exact. Adding up at most kTableBlocks blocks goes in int16, whose
/// arithmetic is exact modulo 2^16, so that the result is exact when the final sum fits, which the
/// caller ensures by the shifts; S is int32. Integers only: every ISA gives the same bits.
namespace bitdown::kernels {

constexpr std::uint32_t kTableBlocks = 8;     ///< Tables that add() reads at a time, at most.
constexpr std::uint32_t kTableRows = 256;     ///< Of one table: codes are bytes.
constexpr std::uint32_t kTableMaxBlock = 32;  ///< Largest d.

/// Numbers from one codeword to the next: d and zeros up to whole words.
constexpr std::uint32_t table_codeword_stride(std::uint32_t block_size, std::uint32_t word_k) {
  return (block_size + word_k - 1) / word_k * word_k;
}

struct TableBuildArgs {
  const std::uint8_t* lines = nullptr;  ///< (block_size, positions): x.
  std::size_t line_stride = 0;
  std::uint32_t block_size = 0;    ///< 1 to kTableMaxBlock.
  std::uint32_t positions = 0;     ///< 1 to TableKernel::tile; T's lanes beyond: undefined.
  const void* codebook = nullptr;  ///< Rows of table_codeword_stride() of the kernel's numbers.
  const std::uint8_t* shifts = nullptr;  ///< That of each codeword, at most 30.
  const std::uint8_t* codes = nullptr;   ///< The rows of T to compute.
  std::uint32_t count = 0;
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
  std::uint32_t tile;          ///< Positions of a row of T.
  std::uint32_t word_k;        ///< Numbers of a codeword that are multiplied at a time.
  std::uint32_t number_bytes;  ///< Of a number in the codebook: 1 or 2.
  void (*build)(const TableBuildArgs&);
  void (*add)(const TableAddArgs&);
};

/// All kernels of this build, best first, the portable one last.
std::span<const TableKernel* const> table_kernels();

/// The first kernel that `isa` can run. Pure.
const TableKernel& select_table(IsaSet isa);

}  // namespace bitdown::kernels
