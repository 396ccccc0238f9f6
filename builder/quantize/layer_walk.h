// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "graph/graph.h"
#include "quantize/cuts.h"
#include "quantize/features.h"
#include "quantize/images.h"
#include "quantize/moments.h"
#include "quantize/recipe.h"
#include "quantize/schedule.h"

namespace bitdown::builder {

/// Takes the images through the float network and its quantized twin, from layer to layer, and
/// measures what each layer sees. What the constructor takes must outlive it; the student may
/// change between calls, before the layer that comes next.
class LayerWalk {
 public:
  LayerWalk(const Graph& teacher, const Graph& student, const Recipe& recipe, const Images& images,
            unsigned jobs);

  /// Every layer in the order of execution, whether it is measured or not: mirrored images join
  /// from the first layer on that sees too few positions.
  void enter(const LayerPlan& plan);

  /// Of the layer that was entered last.
  Measured measure(const LayerPlan& plan);

 private:
  bool scarce(const LayerPlan& plan) const;
  bool mirrored_fit(const LayerPlan& plan) const;
  void add_view();
  void advance(Features& features, std::size_t from, std::size_t to);

  const Graph& teacher_;
  const Graph& student_;
  const Recipe& recipe_;
  const Images& images_;
  const unsigned jobs_;
  const std::vector<Cut> cuts_;
  std::size_t at_ = 0;  // The node behind the cut where the views are.
  bool mirrored_ = false;
  std::vector<Features> views_;  // Of the images as they are and, when mirrored_, mirrored.
};

}  // namespace bitdown::builder
