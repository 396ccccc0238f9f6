// SPDX-License-Identifier: MIT
#pragma once

namespace bitdown::apps {

/// The most float32 multiply-adds, in 10^9 a second, that this core did in any of some 20
/// milliseconds with the instructions of `isa` (a name of cpu.h), which it must have. Measure
/// before and after other work and keep the larger: disturbances only lower it.
double measure_float_peak(const char* isa);

}  // namespace bitdown::apps
