// SPDX-License-Identifier: MIT
#include "importers/onnx/scope.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "importers/failure.h"

namespace bitdown::builder::onnx {
namespace {

// ResNet-152 has about 500, and as many constants.
constexpr int kMaxNodes = 20000;

bool passes_on(const NodeProto& node) {
  constexpr std::string_view kOperators[] = {"Dropout", "Flatten", "Identity", "Reshape"};
  return std::find(std::begin(kOperators), std::end(kOperators), node.op_type()) !=
         std::end(kOperators);
}

/// The inputs that a node computes with. What computes the shape for Reshape need not run: with a
/// batch of one there is only one that makes sense.
int used_inputs(const NodeProto& node) {
  return node.op_type() == "Reshape" ? std::min(node.input_size(), 1) : node.input_size();
}

}  // namespace

Scope::Scope(const GraphProto& graph) : graph_(graph) {
  if (graph.node_size() > kMaxNodes) fail_unsupported("more than 20,000 nodes");
  if (graph.output_size() != 1) {
    fail_unsupported(std::to_string(graph.output_size()) + " outputs; a classifier has one");
  }
  find_input();
  find_nodes();
}

// Before IR version 4 initializers are inputs too.
void Scope::find_input() {
  for (const TensorProto& tensor : graph_.initializer()) {
    if (!bind(tensor.name(), &tensor)) {
      fail_invalid("two initializers are called " + in_quotes(tensor.name()));
    }
  }
  for (const ValueInfoProto& input : graph_.input()) {
    if (find(input.name()) != nullptr) continue;
    if (input_ != nullptr) {
      fail_unsupported("inputs " + in_quotes(input_->name()) + " and " + in_quotes(input.name()) +
                       "; only networks with one can be imported");
    }
    input_ = &input;
  }
  if (input_ == nullptr) fail_unsupported("a network without input");
}

// Backwards, so that the users of a result are counted before the node that writes it is reached.
void Scope::find_nodes() {
  uses_[output()] = 1;
  for (int i = graph_.node_size(); i-- > 0;) {
    const NodeProto& node = graph_.node(i);
    std::size_t users = 0;
    for (const std::string& name : node.output()) users += uses(name);
    if (users == 0 && node.op_type() != "Constant") continue;
    nodes_.push_back(&node);
    for (int k = 0; k < used_inputs(node); ++k) {
      if (!node.input(k).empty()) uses_[node.input(k)] += passes_on(node) && k == 0 ? users : 1;
    }
  }
  std::reverse(nodes_.begin(), nodes_.end());
}

std::size_t Scope::uses(const std::string& name) const {
  const auto found = uses_.find(name);
  return name.empty() || found == uses_.end() ? 0 : found->second;
}

bool Scope::bind(const std::string& name, Binding binding) {
  return bindings_.emplace(name, binding).second;
}

const Binding* Scope::find(const std::string& name) const {
  const auto found = bindings_.find(name);
  return found == bindings_.end() ? nullptr : &found->second;
}

}  // namespace bitdown::builder::onnx
