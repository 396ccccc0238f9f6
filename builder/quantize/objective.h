// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "quantize/matrix.h"

namespace bitdown::builder {

/// What the covariance method minimises over codes and codebook,
///
///   f = sum over outputs o of importance[o] e_o' S e_o,   e_o = targets[o] - Q[o],
///   Q[o][b d + e] = codebook[codes[o blocks + b]][e].
struct Objective {
  const Matrix& targets;                 ///< (outputs, columns).
  const Matrix& metric;                  ///< S (columns, columns), positive definite.
  const std::vector<float>& importance;  ///< One an output, positive.
};

/// Q for a codebook (K, d) and codes (outputs x columns / d).
Matrix expand(const Matrix& codebook, const std::vector<std::uint16_t>& codes, std::size_t outputs);

/// f.
double value(const Objective& objective, const Matrix& codebook,
             const std::vector<std::uint16_t>& codes, unsigned jobs);

/// e' S e of each output.
std::vector<double> output_errors(const Objective& objective, const Matrix& quantized,
                                  unsigned jobs);

}  // namespace bitdown::builder
