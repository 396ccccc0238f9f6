// SPDX-License-Identifier: MIT
#include "importers/onnx/network.h"

#include <algorithm>
#include <map>
#include <utility>

namespace bitdown::builder::onnx {
namespace {

const char* kind(const Operator& op) {
  struct Names {
    const char* operator()(const Convolution&) { return "conv"; }
    const char* operator()(const Linear&) { return "linear"; }
    const char* operator()(const MaxPool&) { return "maxpool"; }
    const char* operator()(const GlobalAveragePool&) { return "avgpool"; }
    const char* operator()(const Softmax&) { return "softmax"; }
  };
  return std::visit(Names(), op);
}

/// Gives every node a name of its own: the wanted one, or "name2", "name3" ...
class Names {
 public:
  std::string unique(const std::string& name) {
    std::size_t& count = counts_[name];
    if (++count == 1) return name;
    std::string candidate;
    do candidate = name + std::to_string(count++);
    while (counts_.contains(candidate));
    --count;
    counts_[candidate] = 1;
    return candidate;
  }

 private:
  std::map<std::string, std::size_t> counts_;  // How often each name was wanted.
};

}  // namespace

Network::Network(Shape input) {
  graph_.inputs = {graph_.add_value("input", std::move(input))};
  depths_ = {0};
}

ValueId Network::add(Operator op, ValueId input, Shape output, std::string name) {
  const ValueId value = graph_.add_value("", std::move(output));
  graph_.nodes.push_back({std::move(name), {input}, value, std::move(op)});
  depths_.push_back(depths_[input] + 1);
  return value;
}

Convolution* Network::open_convolution(ValueId value) {
  if (value == input()) return nullptr;
  auto* convolution = std::get_if<Convolution>(&writer(value).op);
  return convolution == nullptr || convolution->relu ? nullptr : convolution;
}

Linear* Network::linear(ValueId value) {
  return value == input() ? nullptr : std::get_if<Linear>(&writer(value).op);
}

bool Network::can_take_residual(ValueId value) const {
  if (value == input()) return false;
  const auto* convolution = std::get_if<Convolution>(&writer(value).op);
  return convolution != nullptr && !convolution->relu && writer(value).inputs.size() == 1;
}

void Network::add_residual(ValueId value, ValueId residual) {
  writer(value).inputs.push_back(residual);
  depths_[value] = std::max(depths_[value], depths_[residual] + 1);
}

// By depth first; without recursion, since a file decides how deep.
std::vector<ValueId> Network::in_order(ValueId output) const {
  std::vector<ValueId> order = {input()};
  std::vector<bool> done(graph_.values.size(), false);
  done[input()] = true;
  std::vector<ValueId> waiting = {output};
  while (!waiting.empty()) {
    const ValueId value = waiting.back();
    if (done[value]) {
      waiting.pop_back();
      continue;
    }
    const std::vector<ValueId>& inputs = writer(value).inputs;
    const auto next =
        std::find_if(inputs.begin(), inputs.end(), [&](ValueId id) { return !done[id]; });
    if (next != inputs.end()) {
      waiting.push_back(*next);
      continue;
    }
    done[value] = true;
    order.push_back(value);
  }
  return order;
}

Graph Network::finish(ValueId output) && {
  const bool has_probabilities =
      output != input() && std::holds_alternative<Softmax>(writer(output).op);
  const ValueId logits = has_probabilities ? writer(output).inputs[0] : output;
  Graph graph;
  std::vector<ValueId> ids(graph_.values.size());
  Names names;
  for (const ValueId value : in_order(logits)) {
    if (value == input()) {
      ids[value] = graph.add_value("input", shape(value));
      continue;
    }
    Node& node = graph.nodes.emplace_back(std::move(writer(value)));
    node.name = names.unique(node.name.empty() ? kind(node.op) : node.name);
    for (ValueId& id : node.inputs) id = ids[id];
    ids[value] = graph.add_value(value == logits ? "logits" : node.name, shape(value));
    node.output = ids[value];
  }
  const ValueId probabilities = graph.add_value("probabilities", shape(logits));
  graph.nodes.push_back({names.unique("softmax"), {ids[logits]}, probabilities, Softmax{}});
  graph.inputs = {ids[input()]};
  graph.outputs = {ids[logits], probabilities};
  return graph;
}

}  // namespace bitdown::builder::onnx
