// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/im2col/im2col.h"

namespace bitdown::kernels {

/// The rows of im2col (im2col.h) of 8-bit activations for a block of positions, in order, mostly
/// without copying them: where the input's rows are as long as the output's and the stride is 1,
/// position p of a tap reads p plus a constant, and a bit says whether that lies inside. A stride
/// of 2 first splits a channel into its even and odd rows and columns, which are such inputs. Other
/// windows are copied, row by row.
class Columns {
 public:
  /// Rows stay valid while at most so many are fetched, these included.
  static constexpr std::uint32_t kAlive = 32;

  /// Bytes of 64-byte aligned scratch for a block of up to `positions`. tile: at most 64.
  static std::uint64_t scratch(const Window& window, std::uint32_t positions, std::uint32_t tile);

  /// The block is [first, first + positions).
  Columns(const Window& window, const std::uint8_t* x, std::uint8_t zero, std::uint32_t first,
          std::uint32_t positions, std::uint32_t tile, std::byte* scratch);

  /// The next `count` rows of im2col, from row 0 on; behind the last row that one again.
  void next(Int8Line* rows, std::uint32_t count);

  /// Any line may be read in here, inside or not.
  std::span<const std::uint8_t> readable() const { return readable_; }

 private:
  void set_taps();
  void mark_inside();
  Int8Line next();
  Int8Line copied();
  void enter_channel();
  void split(const std::uint8_t* plane, std::uint8_t* copy) const;

  const Window& window_;
  const std::uint8_t* const x_;
  const std::uint8_t zero_;
  const std::uint32_t first_;
  const std::uint32_t positions_;
  const std::uint32_t tile_;
  const std::uint32_t tiles_;
  const bool split_;
  const bool copied_;
  std::uint64_t* const inside_;   // (taps, tiles); a single tap where rows are copied.
  std::int64_t* const offsets_;   // Of each tap's line from the channel, or from its split copy.
  std::uint8_t* const copies_;    // Of split channels, or rows.
  const std::size_t copy_bytes_;  // Of each.
  const std::uint32_t slots_;     // How many there are.
  std::int64_t first_row_ = 0;    // Of a split channel: the others begin with row 0.
  std::int64_t rows_ = 0;
  std::uint32_t parities_ = 0;  // Bit 2 * (odd rows) + (odd columns): some tap reads these.
  std::span<const std::uint8_t> readable_;
  std::uint32_t channel_ = 0;  // Of the next row.
  std::uint32_t tap_ = 0;
  const std::uint8_t* data_ = nullptr;
};

}  // namespace bitdown::kernels
