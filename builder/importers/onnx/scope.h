// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "graph/graph.h"
#include "importers/onnx/messages.h"

namespace bitdown::builder::onnx {

/// What a name of the file stands for: numbers that it holds, or a value that is computed.
using Binding = std::variant<const TensorProto*, ValueId>;

/// The names of a graph: which nodes lead to its output, how often each result is used, and what a
/// name stands for as soon as the nodes before it were converted.
class Scope {
 public:
  /// Throws Error: kInvalidData (two initializers of one name) or kUnsupported (not exactly one
  /// input and one output, too many nodes).
  explicit Scope(const GraphProto& graph);

  /// The input that is no initializer.
  const ValueInfoProto& input() const { return *input_; }
  const std::string& output() const { return graph_.output(0).name(); }
  /// Those that lead to the output, and constants, in the file's order, in which each stands behind
  /// what it needs.
  const std::vector<const NodeProto*>& nodes() const { return nodes_; }

  /// How many nodes that lead to the output (or the output itself) use the result `name`, directly
  /// or through nodes that pass it on unchanged.
  std::size_t uses(const std::string& name) const;

  /// False if `name` is bound already.
  bool bind(const std::string& name, Binding binding);
  /// Null if nothing before has written `name`.
  const Binding* find(const std::string& name) const;

 private:
  void find_input();
  void find_nodes();

  const GraphProto& graph_;
  const ValueInfoProto* input_ = nullptr;
  std::vector<const NodeProto*> nodes_;
  std::map<std::string, std::size_t, std::less<>> uses_;
  std::map<std::string, Binding, std::less<>> bindings_;
};

}  // namespace bitdown::builder::onnx
