// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bitdown/status.h"
#include "core/memory_plan.h"
#include "kernels/convolution/quantization.h"
#include "model_generated.h"

namespace bitdown {

/// How a (C, H, W) value lies in memory.
enum class Layout : std::uint8_t {
  kPlanar,       ///< (C, H, W): positions contiguous. Bitdown's kernels; inputs and outputs.
  kInterleaved,  ///< (H, W, C): channels contiguous. XNNPACK's operators.
};

/// What a value's elements are: float32, or 8-bit unsigned integers on a grid.
struct Element {
  bool eight_bit = false;
  kernels::Quantization grid;
};

/// What the session decides for the whole network.
struct PlanOptions {
  bool xnnpack = false;  ///< Dense convolutions go to XNNPACK.
  bool fast = false;     ///< (C, H, W) values are 8-bit. Excludes xnnpack.
};

/// What the session knows of each value of the blob. The arrays have one entry a value and live in
/// the session's persistent memory.
struct ValueTable {
  std::span<PlannedBuffer> buffers;  ///< bytes = 0 for a value that lies in another's buffer.
  std::span<std::uint32_t> home;     ///< The value whose buffer this one uses; itself, mostly.
  std::span<Layout> layouts;
  std::span<Element> elements;
  std::span<std::uint32_t> order;  ///< Working memory of the planner.

  /// Aligned bytes that the arrays take for `count` values.
  static std::size_t bytes(std::size_t count);
  /// Lays the arrays out in `memory` of bytes(count) and resets them.
  static ValueTable create(std::span<std::byte> memory, std::size_t count);
};

/// What fast needs: an activation range for every (C, H, W) value, outputs that are (N), and sums
/// of products that fit int32 (at most 66,311 columns).
bool can_run_fast(const schema::Model& model);

/// Chooses the elements: 8-bit on the calibrated grid for (C, H, W) values if `fast`, else float32.
void plan_elements(const schema::Model& model, bool fast, ValueTable& table);

/// Fills buffers and home from the graph: sizes, lifetimes (inputs live from step 0, outputs beyond
/// the last step), and in-place residuals: the output of a convolution takes over the buffer of a
/// residual that dies there, unless XNNPACK computes it.
/// plan_elements() comes first.
void plan_lifetimes(const schema::Model& model, bool xnnpack, ValueTable& table);

/// Chooses interleaved layout for values between XNNPACK convolutions, planar for all others; with
/// `xnnpack` false, planar everywhere. Pooling works in both but does not convert, and a residual
/// lies like the output it is added to.
void plan_layouts(const schema::Model& model, bool xnnpack, ValueTable& table);

/// True when this operator is a convolution that XNNPACK can run: its weights are dense.
bool has_dense_weights(const schema::Operator& op);

}  // namespace bitdown
