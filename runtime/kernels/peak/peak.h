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

/// Every element goes through `rounds` times
///   x = x + products * weight * column
/// by the operation that the 8-bit kernels of the ISA consist of: it adds the products of two words
/// of equal numbers. The weight is -127 to 127, the column 0 to 127, since only some ISAs have
/// signed ones; the result must fit int32.
struct Int8Peak {
  std::uint32_t elements;  ///< Of the state.
  std::uint32_t products;  ///< Multiply-adds an element and round: the numbers of a word.
  void (*run)(std::int32_t* state, int weight, int column, std::uint64_t rounds);
};

/// What one ISA reaches, for each type that kernels compute in.
struct PeakKernel {
  const char* name;
  IsaSet required;
  FloatPeak float32;
  Int8Peak int8;
};

/// All kernels of this build, best first, the portable one last.
std::span<const PeakKernel* const> peak_kernels();

/// The first kernel that `isa` can run. Pure.
const PeakKernel& select_peak(IsaSet isa);

}  // namespace bitdown::kernels
