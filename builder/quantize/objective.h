// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "quantize/matrix.h"

namespace bitdown::builder {

/// What the covariance method minimises over codes and codebook,
///
///   f = trace G E S E' = sum over outputs o, p of G[o, p] e_o' S e_p,
///   e_o = targets[o] - Q[o],   Q[o][b d + e] = codebook[codes[o blocks + b]][e].
struct Objective {
  const Matrix& targets;   ///< (outputs, columns).
  const Matrix& metric;    ///< S (columns, columns), positive definite.
  const Matrix& coupling;  ///< G (outputs, outputs), positive definite.
};

/// Q for a codebook (K, d) and codes (outputs x columns / d).
Matrix expand(const Matrix& codebook, const std::vector<std::uint16_t>& codes, std::size_t outputs);

/// E.
Matrix errors_of(const Objective& objective, const Matrix& codebook,
                 const std::vector<std::uint16_t>& codes);

/// f.
double value(const Objective& objective, const Matrix& codebook,
             const std::vector<std::uint16_t>& codes, unsigned jobs);

/// e' S e of each row.
std::vector<double> squared_lengths(const Matrix& rows, const Matrix& metric, unsigned jobs);

}  // namespace bitdown::builder
