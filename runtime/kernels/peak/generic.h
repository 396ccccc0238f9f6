// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/peak/peak.h"
#include "kernels/simd/unroll.h"

// The loop of peak.h over the operations of a kernels/simd type. Included by ISA files only;
// everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

/// kChains hide the latency of a multiply-add: latency times units, which is 8 to 14 on the cores
/// we know. The sum goes into the register of a factor, so no ISA spends a move on it.
template <typename Simd, int kChains>
void multiply_add(float* state, float factor, std::uint64_t rounds) {
  using Vector = typename Simd::Vector;
  const Vector f = Simd::broadcast(&factor);
  Vector x[kChains];
  BITDOWN_UNROLL
  for (int i = 0; i < kChains; ++i) x[i] = Simd::load(state + i * Simd::kLanes);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    BITDOWN_UNROLL
    for (int i = 0; i < kChains; ++i) x[i] = Simd::multiply_add(x[i], f, x[i]);
  }
  BITDOWN_UNROLL
  for (int i = 0; i < kChains; ++i) Simd::store_sums(state + i * Simd::kLanes, x[i]);
}

/// The table entry of an ISA.
template <typename Simd, int kChains>
constexpr PeakKernel make_peak_kernel(const char* name, IsaSet required) {
  return {name, required, {kChains * Simd::kLanes, multiply_add<Simd, kChains>}};
}

}  // namespace
}  // namespace bitdown::kernels
