// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "quantize/objective.h"

namespace bitdown::builder {

/// Lowers the objective over the codebook, codes fixed: conjugate gradient on the quadratic, whose
/// gradient is -2 times (G E S)[o][block] summed over the blocks of each codeword. The
/// preconditioner is the part of the Hessian that a codeword has with itself when neither blocks
/// nor outputs interact, sum of G[o, o] S[b, b] over its blocks (d x d for each codeword).
/// Codewords without blocks stay. Costs outputs x columns x (outputs + columns) multiply-adds an
/// iteration.
void refit_codebook(const Objective& objective, const std::vector<std::uint16_t>& codes,
                    unsigned iterations, Matrix& codebook, unsigned jobs);

}  // namespace bitdown::builder
