// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/gemm_i8/gemm_i8.h"

namespace bitdown::kernels {
namespace {

/// What finish() needs, for integer types whose operations take numbers as they are, not spread
/// over a register.
struct ScalarEpilogue {
  float residual_scale, floor;
  float scale = 0.0f, shift = 0.0f;

  ScalarEpilogue(float residual, float least) : residual_scale(residual), floor(least) {}
  void set(const RowFinish& row) {
    scale = row.scale;
    shift = row.shift;
  }
};

}  // namespace
}  // namespace bitdown::kernels
