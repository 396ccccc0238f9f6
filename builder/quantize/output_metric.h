// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "graph/graph.h"
#include "quantize/images.h"
#include "quantize/matrix.h"
#include "quantize/recipe.h"
#include "quantize/schedule.h"

namespace bitdown::builder {

/// By node: how much errors of a layer's outputs change the network's answers, G (outputs,
/// outputs), symmetric, positive semidefinite, the mean of its diagonal 1 (0 where the answers do
/// not depend on the layer). Errors e of what the layer answers at the positions p of a photograph
/// move the classes' distribution by a KL divergence of about u^2 / 2 in the mean, u = sum over p
/// of g_p' e_p, where g are the derivatives of
///
///   xi' C^(1/2) logits,   C = diag p - p p',
///
/// by the layer's answer (before the residual's addition), p the float network's probabilities and
/// xi random signs: the Fisher information, sampled by one back-propagation a photograph. Errors at
/// the positions of a photograph are neither independent nor equal. Of the first, only the mean of
/// g_p g_p' would count, of the second only that of the sums over positions; of G, the share
/// recipe.together is the latter.
using OutputMetrics = std::map<std::size_t, Matrix>;

/// G of the layers of `plans` in the float network `graph`, on those photographs that `measure`
/// (moments.h) does not hold out. Depends on the recipe's seed, not on `jobs`.
OutputMetrics output_metrics(const Graph& graph, const std::vector<LayerPlan>& plans,
                             const Images& images, const Recipe& recipe, unsigned jobs);

}  // namespace bitdown::builder
