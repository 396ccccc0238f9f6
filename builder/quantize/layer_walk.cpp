// SPDX-License-Identifier: MIT
#include "quantize/layer_walk.h"

#include <algorithm>
#include <utility>

#include "quantize/positions.h"
#include "quantize/segment.h"

namespace bitdown::builder {
namespace {

Segment between(const Graph& graph, const Cut& from, const Cut& to, DensePrecision precision) {
  return Segment(graph,
                 {graph.nodes.begin() + static_cast<std::ptrdiff_t>(from.node),
                  graph.nodes.begin() + static_cast<std::ptrdiff_t>(to.node)},
                 from.value, {to.value}, precision);
}

}  // namespace

LayerWalk::LayerWalk(const Graph& teacher, const Graph& student, const Recipe& recipe,
                     const Images& images, unsigned jobs)
    : teacher_(teacher),
      student_(student),
      recipe_(recipe),
      images_(images),
      jobs_(jobs),
      cuts_(find_cuts(teacher)) {
  add_view();
}

void LayerWalk::enter(const LayerPlan& plan) {
  mirrored_ |= recipe_.views > 1 && scarce(plan) && mirrored_fit(plan);
}

Measured LayerWalk::measure(const LayerPlan& plan) {
  const Cut cut = cut_before(cuts_, plan.node);
  for (Features& features : views_) advance(features, at_, cut.node);
  at_ = cut.node;
  if (mirrored_ && views_.size() == 1) add_view();

  Measurement measurement{teacher_, student_};
  measurement.node = plan.node;
  measurement.first_node = cut.node;
  measurement.cut = cut.value;
  measurement.rows = recipe_.rows;
  measurement.held_rows = recipe_.held_rows;
  measurement.seed = recipe_.seed;
  measurement.jobs = jobs_;
  return builder::measure(measurement, views_);
}

// Whether the images as they are have fewer rows than wanted.
bool LayerWalk::scarce(const LayerPlan& plan) const {
  const Window window = window_of(teacher_, teacher_.nodes[plan.node]);
  return window.positions() * images_.count() < recipe_.rows;
}

// Whether features at the layer's cut, and at all behind it, fit with the mirrored images.
bool LayerWalk::mirrored_fit(const LayerPlan& plan) const {
  const Cut cut = cut_before(cuts_, plan.node);
  std::uint64_t most = 0;
  for (const Cut& later : cuts_) {
    if (later.node < cut.node) continue;
    most = std::max<std::uint64_t>(most, teacher_.values[later.value].elements());
  }
  return most * images_.count() * 2 * 2 * 2 <= recipe_.feature_bytes;
}

// Features of the images as they are, then mirrored, at the present cut.
void LayerWalk::add_view() {
  Features features(images_, !views_.empty(), teacher_.values[cuts_[0].value].elements(), jobs_);
  advance(features, 0, at_);
  views_.push_back(std::move(features));
}

// From the cut before node `from` through all cuts to that before node `to`.
void LayerWalk::advance(Features& features, std::size_t from, std::size_t to) {
  for (std::size_t i = 0; i + 1 < cuts_.size(); ++i) {
    const Cut& cut = cuts_[i];
    const Cut& next = cuts_[i + 1];
    if (cut.node < from || next.node > to) continue;
    Segment student = between(student_, cut, next, DensePrecision::kFloat16);
    Segment teacher = between(teacher_, cut, next, DensePrecision::kFloat32);
    features.advance(student, teacher, teacher_.values[next.value].elements(), jobs_);
  }
}

}  // namespace bitdown::builder
