// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/convolution/share.h"
#include "support/float_layer.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"

namespace bitdown::tests {

/// Runs the layer by `run(args, share, scratch)`, in place where it has a residual as the memory
/// plan does. Outputs must be within `growth` times what float32 may round off the formula, and the
/// same bits for each of these numbers of shares, all in the same dirty scratch.
template <typename Run>
void check_float_layer(FloatLayer& layer, bool relu, bool residual, std::uint64_t scratch_bytes,
                       double growth, std::initializer_list<std::uint32_t> shares, const Run& run) {
  kernels::ConvolutionArgs args = layer.args;
  args.relu = relu;
  const std::size_t outputs = std::size_t{args.weights.rows} * args.window.positions();
  GuardedBuffer<float> y(outputs);
  Uniform uniform(7);
  for (float& v : y) v = uniform();
  const std::vector<float> before(y.begin(), y.end());
  args.residual = residual ? y.data() : nullptr;
  args.y = y.data();
  GuardedBuffer<float> buffer(scratch_bytes / sizeof(float));
  std::fill(buffer.begin(), buffer.end(), std::numeric_limits<float>::quiet_NaN());
  auto* const scratch = reinterpret_cast<std::byte*>(buffer.data());
  run(args, kernels::Share{}, scratch);
  for (std::size_t i = 0; i < outputs; ++i) {
    const auto o = static_cast<std::uint32_t>(i / args.window.positions());
    const auto p = static_cast<std::uint32_t>(i % args.window.positions());
    const Expected e = expect(args, o, p, residual ? before[i] : 0.0f);
    const double bound = growth * (args.weights.columns + 4) * 0x1p-23 * e.magnitude;
    REQUIRE(std::fabs(static_cast<double>(y[i]) - e.y) <= bound);
  }
  const std::vector<float> whole(y.begin(), y.end());
  for (const std::uint32_t threads : shares) {
    std::copy(before.begin(), before.end(), y.begin());
    for (std::uint32_t i = 0; i < threads; ++i) run(args, kernels::Share{i, threads}, scratch);
    REQUIRE(std::equal(whole.begin(), whole.end(), y.begin()));
  }
}

/// `check` for each kernel of a family's table that this CPU can run.
template <typename Kernel, typename Check>
void for_each_runnable(std::span<const Kernel* const> table, const Check& check) {
  for (const Kernel* kernel : runnable(table)) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(test_seed());
    check(*kernel);
  }
}

}  // namespace bitdown::tests
