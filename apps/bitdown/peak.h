// SPDX-License-Identifier: MIT
#pragma once

#include "cpu.h"

namespace bitdown::apps {

/// The most multiply-adds that one core did, in 10^9 a second, by the operations that kernels of
/// each type consist of.
struct Peak {
  double float32 = 0;
  double int8 = 0;
};

/// The best of some 20 milliseconds for each type, with the instructions that a session of `isa`
/// takes for it; the core must have them. Measure before and after other work and keep the larger:
/// disturbances only lower it.
Peak measure_peak(IsaSet isa);

/// The larger of each.
Peak larger(const Peak& a, const Peak& b);

}  // namespace bitdown::apps
