// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "quantize/objective.h"
#include "quantize/random.h"

namespace bitdown::builder {

/// One sweep of coordinate descent over the codes: visits the blocks of every output in a random
/// order and gives each the codeword with the smallest objective while all other blocks stay as
/// they are. With H = S[b, b], p the block's present codeword and g = (S e)[b], a codeword c
/// changes an output's error by
///
///   (p - c)' H (p - c) + 2 g' (p - c) = const + c' H c - 2 c' (H p + g).
///
/// Never raises the objective, up to rounding. Costs outputs x columns^2 multiply-adds for g, kept
/// up to date by groups of blocks (products of matrices), and outputs x columns x K for the
/// distances. Outputs are independent, so the result does not depend on `jobs`.
void sweep_codes(const Objective& objective, const Matrix& codebook, Random& random,
                 std::vector<std::uint16_t>& codes, unsigned jobs);

}  // namespace bitdown::builder
