// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "cpu.h"
#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/im2col/im2col.h"
#include "kernels/table/table.h"
#include "kernels/weights/weights.h"

/// Predicts what an 8-bit layer with codes takes by each algorithm, so that a session can choose
/// before it has run one. A time is a sum of counted operations, each times what it costs on a kind
/// of core; a layer takes as long as its longest share (share.h). Starting threads costs all
/// algorithms the same and is left out. The figures, and where they come from, are in cost.cpp;
/// tests/bench/cost makes them for another core.
///
/// A share has R rows (outputs) and P positions of a layer of C columns in blocks of d, with
/// B = C / d codes a row; R', P', C', d' are rounded up to what the kernel computes at a time.
namespace bitdown::kernels {

/// decode + GEMM, convolution_i8.h. The codes are decoded anew for each of N blocks of positions
/// (blocking.h).
struct DecodeWork {
  double macs = 0;      ///< R' * P' * C': multiply-adds.
  double codes = 0;     ///< R * B * N: codewords copied into panels.
  double numbers = 0;   ///< R * C * N: the weights in them.
  double packed = 0;    ///< P' * C': inputs packed into tiles.
  double gathered = 0;  ///< P * C unless pointwise, else 0: inputs gathered before.
  double finished = 0;  ///< R * P: outputs.

  /// Nanoseconds, where each operation takes as many as in `ns`.
  double time(const DecodeWork& ns) const {
    return macs * ns.macs + codes * ns.codes + numbers * ns.numbers + packed * ns.packed +
           gathered * ns.gathered + finished * ns.finished;
  }
};

/// Tables, convolution_table.h, in vectors of P: V = P' / lanes. Of a table only the rows of codes
/// that occur are built, on average D (distinct_codes()).
struct TableWork {
  double rows = 0;      ///< V * B * D: rows of tables.
  double pairs = 0;     ///< V * B * D * d' / 2: multiply-adds of two numbers for them.
  double added = 0;     ///< V * B * R: rows looked up and added.
  double finished = 0;  ///< V * R: vectors of outputs.
  double listed = 0;    ///< R * B where absent codes are looked for, else 0.
  double gathered = 0;  ///< P * C unless pointwise, else 0: inputs gathered before.

  double time(const TableWork& ns) const {
    return rows * ns.rows + pairs * ns.pairs + added * ns.added + finished * ns.finished +
           listed * ns.listed + gathered * ns.gathered;
  }
};

/// Nanoseconds that each operation takes on one core.
struct CoreCost {
  const char* core;            ///< "Zen 3": whose figures these are.
  IsaSet isa;                  ///< What the kernels that they hold for require.
  std::uint32_t decode_lanes;  ///< That P is rounded up to.
  std::uint32_t table_lanes;
  DecodeWork decode;
  TableWork table;
  double chained;   ///< A multiply-add by chained kernels (Int8Kernel); 0 where there are none.
  double expanded;  ///< A weight that is read expanded, where decoding would copy it.
};

/// All of them, best instruction set first, portable last.
std::span<const CoreCost> core_costs();

/// The first whose instruction sets `isa` has. Pure.
const CoreCost& core_cost(IsaSet isa);

/// How many codes a block has on average in rows [row, row + rows), from at most 16 of the blocks.
/// Codes are bytes.
double distinct_codes(const WeightMatrix& weights, std::uint32_t row, std::uint32_t rows);

/// Nanoseconds of the longest of `threads` shares, and what it does.
template <typename Work>
struct Prediction {
  double ns = 0;
  Work work;
};
Prediction<DecodeWork> predict_decode(const CoreCost& core, const WeightMatrix& weights,
                                      const Window& window, const Int8Kernel& kernel,
                                      std::uint32_t threads);
/// The same without decoding: `codes` is 0, and `numbers` are read where they lie expanded.
Prediction<DecodeWork> predict_expanded(const CoreCost& core, const WeightMatrix& weights,
                                        const Window& window, const Int8Kernel& kernel,
                                        std::uint32_t threads);
/// can_use_table() holds.
Prediction<TableWork> predict_table(const CoreCost& core, const WeightMatrix& weights,
                                    const Window& window, const TableKernel& kernel,
                                    std::uint32_t threads);

}  // namespace bitdown::kernels
