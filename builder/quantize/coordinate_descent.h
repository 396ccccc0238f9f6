// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "quantize/objective.h"
#include "quantize/random.h"

namespace bitdown::builder {

/// One sweep of coordinate descent over the codes: visits the blocks of every output in a random
/// order and gives each the codeword with the smallest objective while all others stay as they are.
/// With H = S[b, b], p the present codeword of block b of output o and g = (G E S)[o, b], a
/// codeword c changes the objective by
///
///   G[o, o] (p - c)' H (p - c) + 2 g' (p - c) = const + G[o, o] c' H c - 2 c' (G[o, o] H p + g).
///
/// Never raises the objective, up to rounding. Outputs are visited in tiles, and blocks in groups,
/// so that most of what keeps g up to date is products of matrices: outputs x columns x (outputs +
/// columns) multiply-adds, beside outputs x columns x K for the distances. The result does not
/// depend on `jobs`.
void sweep_codes(const Objective& objective, const Matrix& codebook, Random& random,
                 std::vector<std::uint16_t>& codes, unsigned jobs);

}  // namespace bitdown::builder
