// SPDX-License-Identifier: MIT
#include "quantize/segment.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "error.h"

namespace bitdown::builder {
namespace {

constexpr ValueId kNone = std::numeric_limits<ValueId>::max();

// Of `nodes`, those that lead to `wanted`.
std::vector<Node> needed_nodes(const std::vector<Node>& nodes, const std::vector<ValueId>& wanted,
                               std::size_t values) {
  std::vector<bool> needed(values, false);
  for (const ValueId value : wanted) needed[value] = true;
  std::vector<Node> kept;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if (!needed[node->output]) continue;
    for (const ValueId input : node->inputs) needed[input] = true;
    kept.push_back(*node);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

// Value ids of a part of a network.
class Renumbering {
 public:
  Renumbering(const Graph& whole, Graph& part)
      : whole_(whole), part_(part), ids_(whole.values.size(), kNone) {}

  ValueId operator()(ValueId id) {
    if (ids_[id] == kNone) {
      ids_[id] = part_.add_value(whole_.values[id].name, whole_.values[id].shape);
    }
    return ids_[id];
  }

 private:
  const Graph& whole_;
  Graph& part_;
  std::vector<ValueId> ids_;
};

}  // namespace

Segment::Segment(const Graph& graph, const std::vector<Node>& nodes, ValueId input,
                 std::vector<ValueId> wanted, DensePrecision precision)
    : input_(input), wanted_(std::move(wanted)) {
  Graph part;
  Renumbering renumber(graph, part);
  part.inputs = {renumber(input)};
  part.nodes = needed_nodes(nodes, wanted_, graph.values.size());
  for (Node& node : part.nodes) {
    for (ValueId& id : node.inputs) id = renumber(id);
    node.output = renumber(node.output);
  }
  for (const ValueId id : wanted_) {
    const auto known = std::find(part.outputs.begin(), part.outputs.end(), renumber(id));
    outputs_.push_back(static_cast<std::size_t>(known - part.outputs.begin()));
    if (id != input_ && known == part.outputs.end()) part.outputs.push_back(renumber(id));
  }
  if (!part.outputs.empty()) load(part, precision);
}

void Segment::load(const Graph& part, DensePrecision precision) {
  blob_ = aligned_copy(write_blob(part, precision));
  model_ = std::make_unique<Model>(value_or_throw(Model::from_memory(blob_.span())));
}

Segment::Runner::Runner(const Segment& segment) : segment_(segment) {
  if (!segment.model_) return;
  SessionOptions options;
  options.precision = Precision::kExact;
  options.dense = DenseBackend::kBuiltin;
  options.threads = 1;  // Other threads have runners of their own.
  session_ = std::make_unique<Session>(value_or_throw(Session::create(*segment.model_, options)));
}

void Segment::Runner::run(std::span<const float> input) {
  input_ = input;
  if (!session_) return;
  throw_unless_ok(session_->run(input));
}

std::span<const float> Segment::Runner::value(std::size_t index) const {
  if (segment_.wanted_[index] == segment_.input_) return input_;
  return session_->output(segment_.outputs_[index]);
}

Segment::Loan::Loan(Segment& segment) : segment_(segment) {
  {
    const std::lock_guard lock(segment.mutex_);
    if (!segment.idle_.empty()) {
      runner_ = std::move(segment.idle_.back());
      segment.idle_.pop_back();
    }
  }
  if (!runner_) runner_ = std::make_unique<Runner>(segment);
}

Segment::Loan::~Loan() {
  const std::lock_guard lock(segment_.mutex_);
  segment_.idle_.push_back(std::move(runner_));
}

}  // namespace bitdown::builder
