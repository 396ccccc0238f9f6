// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/panel/panel.h"

namespace bitdown::kernels {

/// The `index`-th of `count` shares of a layer's work: what one thread computes.
struct Share {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
};

/// `length` items from `begin` on.
struct Cut {
  std::uint32_t begin;
  std::uint32_t length;
};

/// The share of [0, size); cuts lie on multiples of `unit`.
Cut cut(std::uint32_t size, std::uint32_t unit, Share share);

/// A rectangle of a layer's outputs.
struct OutputRange {
  std::uint32_t row = 0;
  std::uint32_t rows = 0;
  std::uint32_t position = 0;
  std::uint32_t positions = 0;
};

/// The outputs of a share; the shares cover (rows, positions) without overlap, some may be empty.
/// Cuts positions where every share gets many tiles, since only the decoding is then done by all;
/// else rows, since only the packing is. Cuts lie on the kernel's tiles and rows, so that every
/// output is computed as by one thread.
OutputRange output_range(std::uint32_t rows, std::uint32_t positions, const PanelKernel& kernel,
                         Share share);

/// The same for tables (kernels/table) and Winograd: cuts positions, at multiples of `tile`, unless
/// a share would then wait for the others for over a fifth of the time; else rows, at multiples of
/// `row_unit`, and all build the same tables.
OutputRange table_range(std::uint32_t rows, std::uint32_t positions, std::uint32_t tile,
                        Share share, std::uint32_t row_unit = 1);

}  // namespace bitdown::kernels
