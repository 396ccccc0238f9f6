// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/table/table.h"

namespace bitdown::kernels {

/// T[code][p] from the formula of table.h.
template <typename Number>
std::int32_t table_reference(const TableBuildArgs& args, std::uint32_t word_k, std::uint32_t code,
                             std::uint32_t p) {
  const auto* const q = static_cast<const Number*>(args.codebook) +
                        std::size_t{code} * table_codeword_stride(args.block_size, word_k);
  std::int64_t sum = 0;
  for (std::uint32_t e = 0; e < args.block_size; ++e) {
    sum += std::int64_t{q[e]} * (args.lines[e * args.line_stride + p] - 128);
  }
  if (args.shifts[code] == 0) return static_cast<std::int32_t>(sum);
  const std::int64_t unit = std::int64_t{1} << args.shifts[code];
  const std::int64_t shifted = sum + unit / 2;
  // Division that rounds down, as a shift does.
  return static_cast<std::int32_t>(shifted >= 0 ? shifted / unit : -((unit - 1 - shifted) / unit));
}

}  // namespace bitdown::kernels
