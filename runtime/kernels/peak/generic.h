// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include "kernels/peak/peak.h"
#include "kernels/simd/unroll.h"

// The loops of peak.h over the operations of a kernels/simd type of floats and one of integers.
// Included by ISA files only; everything has internal linkage because Simd has.
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

/// A word of equal numbers.
template <typename Word>
Word filled(int number) {
  Word word;
  for (auto& k : word.k) k = static_cast<std::remove_reference_t<decltype(k)>>(number);
  return word;
}

/// The factors are the same for all chains. Simd::hide() keeps that from the compiler, or products
/// that are no part of the addition's instruction would be computed once, before the loop.
template <typename Simd, int kChains>
void multiply_add_i8(std::int32_t* state, int weight, int column, std::uint64_t rounds) {
  using Word = typename Simd::Word;
  const Word word = filled<Word>(weight);
  Word words[Simd::kLanes];
  for (Word& w : words) w = filled<Word>(column);
  const auto f = Simd::broadcast(&word);
  typename Simd::Column c = Simd::load(words);
  typename Simd::Vector x[kChains];
  BITDOWN_UNROLL
  for (int i = 0; i < kChains; ++i) x[i] = Simd::load_sums(state + i * Simd::kLanes);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    BITDOWN_UNROLL
    for (int i = 0; i < kChains; ++i) {
      Simd::hide(c);
      x[i] = Simd::multiply_add(f, c, x[i]);
    }
  }
  BITDOWN_UNROLL
  for (int i = 0; i < kChains; ++i) Simd::store_sums(state + i * Simd::kLanes, x[i]);
}

/// The table entry of an ISA.
template <typename Float, int kFloatChains, typename Int8, int kInt8Chains>
constexpr PeakKernel make_peak_kernel(const char* name, IsaSet required) {
  return {name,
          required,
          {kFloatChains * Float::kLanes, multiply_add<Float, kFloatChains>},
          {kInt8Chains * Int8::kLanes, Int8::kWordK, multiply_add_i8<Int8, kInt8Chains>}};
}

}  // namespace
}  // namespace bitdown::kernels
