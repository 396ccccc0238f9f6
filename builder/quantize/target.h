// SPDX-License-Identifier: MIT
#pragma once

#include "quantize/matrix.h"
#include "quantize/moments.h"

namespace bitdown::builder {

/// The weights that a quantized layer should come close to: they answer the quantized network's
/// activations as the float network answers its own,
///
///   W* = (cov(z, x) + share cov(r, x) + l W) (cov(x) + l I)^-1,
///
/// where x is what the quantized network feeds the layer, z what the float network's layer answers,
/// W its weights (scaled) and r what the other branch of a residual has lost. The ridge l, in units
/// of the mean variance, and the share in [0, 1] are those with the least error on the rows held
/// out; without such rows l = 0.1 and share = 0.
struct Target {
  Matrix weights;    ///< (outputs, columns), with the batch-norm's scale in them.
  double ridge = 0;  ///< l; 0 when the float network's own weights are best.
  double share = 0;
};

/// `weights` are the float network's, scaled. `residual`: whether share may be more than 0.
Target choose_target(const Matrix& weights, const Moments& moments, const Rows& held_out,
                     bool residual, unsigned jobs);

/// Mean squared error of y = w x + c on the rows, summed over outputs, where c makes the error's
/// mean zero over the moments' rows and y should be targets + residual.
double held_out_error(const Matrix& weights, const Moments& moments, const Rows& rows,
                      unsigned jobs);

}  // namespace bitdown::builder
