// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "cpu.h"

/// The most multiply-adds that a core does in a second, to measure other kernels by: independent
/// chains that stay in registers, so that nothing but the arithmetic units limits them.
namespace bitdown::kernels {

/// Every element goes through `rounds` times
///   x = x * factor + x
/// With a factor of 1 it doubles, exactly; with one below 2^-25 it keeps its value, so a loop of
/// any length meets neither infinity nor subnormal numbers.
struct FloatPeak {
  std::uint32_t elements;  ///< Of the state: as many multiply-adds a round.
  void (*run)(float* state, float factor, std::uint64_t rounds);
};

/// What one ISA reaches, for each type that kernels compute in.
struct PeakKernel {
  const char* name;
  IsaSet required;
  FloatPeak float32;
};

/// All kernels of this build, best first, the portable one last.
std::span<const PeakKernel* const> peak_kernels();

/// The first kernel that `isa` can run. Pure.
const PeakKernel& select_peak(IsaSet isa);

}  // namespace bitdown::kernels
