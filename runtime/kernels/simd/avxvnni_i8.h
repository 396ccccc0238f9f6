// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/avx2_words4_i8.h"

namespace bitdown::kernels {
namespace {

/// AVX2 with AVX-VNNI: eight int32 sums; vpdpbusd multiplies the four int8 of a word in each lane
/// and adds them, where vpmaddwd and vpaddd do two int16.
struct AvxVnniInt8 : Avx2Words4Int8 {
  /// sum + the four products of unsigned column and signed weight, exactly.
  static Vector multiply_add(Column weight, Column column, Vector sum) {
    return _mm256_dpbusd_avx_epi32(sum, column, weight);
  }
};

}  // namespace
}  // namespace bitdown::kernels
