// SPDX-License-Identifier: MIT
#pragma once

#include "calibrate/histogram.h"
#include "graph/graph.h"

namespace bitdown::builder {

/// The criterion: the mean of (x - q(x))^2 over the numbers of the histogram, where q rounds x to
/// the nearest of the 256 numbers that `range` covers, so beyond its ends it clips. The numbers of
/// one bin count as spread evenly over it, and the integral over each bin is exact; zeros have no
/// error. 0 when there are no numbers. `range` must be as choose_range() makes them.
double mean_squared_error(const Histogram& histogram, ActivationRange range);

/// The range with the smallest mean_squared_error(), of all whose step, (max - min) / 255, is the
/// one that covers all numbers or smaller by a power of 2^(1/64), down to 1/256. It has
/// - min = 0 when no number is negative, else min < 0 < max;
/// - 0 on its grid: the zero point z = -255 * min / (max - min) is an integer;
/// - a step of 16 significant bits, so that step, min = -z * step and max = (255 - z) * step are
///   exact in float32.
/// Numbers below 2^-64 in size only, zeros for example, have the range [0, 1].
ActivationRange choose_range(const Histogram& histogram);

}  // namespace bitdown::builder
