// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "importers/failure.h"
#include "importers/onnx/attributes.h"
#include "importers/onnx/network.h"
#include "importers/onnx/scope.h"
#include "importers/onnx/tensors.h"

namespace bitdown::builder::onnx {

/// What all nodes of a file share.
struct Conversion {
  Scope& scope;
  Tensors& tensors;
  Network& network;
  std::set<const TensorProto*> matrices = {};  ///< Those that are a layer's weights already.
  std::map<ValueId, std::size_t> uses = {};    ///< How often each value is used.
};

/// One node on its way into the network: its inputs by what they stand for, its attributes. Errors
/// begin with its operator and name.
class NodeContext {
 public:
  NodeContext(const NodeProto& node, Conversion& conversion)
      : node_(node), conversion_(conversion), attributes_(node) {}

  Network& network() { return conversion_.network; }
  Attributes& attributes() { return attributes_; }

  /// "Conv 'conv1'", for messages.
  std::string text() const { return text_of(node_); }
  [[noreturn]] void refuse(const std::string& why) const {  // What we cannot do.
    fail_unsupported(text() + ": " + why);
  }
  [[noreturn]] void reject(const std::string& why) const {  // What nobody could.
    fail_invalid(text() + ": " + why);
  }

  /// Throws unless there are `fewest` to `most` inputs. Those left out at the end do not count.
  void expect_inputs(int fewest, int most) const;
  bool has(int input) const { return input < node_.input_size() && !node_.input(input).empty(); }

  /// What an input stands for; throws if it is not computed, or not constant. Null for a constant
  /// that is none or unknown.
  const TensorProto* find_constant(int input) const;
  ValueId value(int input) const;
  const TensorProto& constant(int input) const;
  /// The value, which must be (C, H, W) or (N).
  ValueId image(int input) const;
  ValueId vector(int input) const;

  /// Whether nothing but this node uses what the input stands for.
  bool is_only_user_of(int input) const { return conversion_.uses.at(value(input)) == 1; }

  /// A constant of `count` numbers, whatever its dimensions of size 1.
  std::vector<float> numbers(int input, std::size_t count) const;
  std::vector<double> exact_numbers(int input, std::size_t count) const;
  /// The same of integers, of any count.
  std::vector<std::int64_t> integers(int input) const;

  /// Dimensions of a constant.
  std::vector<std::uint64_t> dimensions(int input) const;
  /// A layer's weights, row-major; each tensor may be those of one layer only, so that a small file
  /// stays a small network.
  std::vector<float> matrix(int input);

  /// The layer that a constant such as "layer1.0.conv1.weight" belongs to; empty when its name says
  /// nothing of the kind, and the node's name then.
  std::string layer_name(int input) const;

  /// Says what the first output stands for: a value that the node computes or changes, a constant,
  /// or whatever its first input stands for. Throws if another output is used, or if the name is
  /// taken.
  void write(ValueId value);
  void write(const TensorProto& constant) { bind(&constant); }
  void pass_on() { bind(binding(0)); }

 private:
  const Binding& binding(int input) const;
  void bind(Binding binding);
  TensorView view(int input, std::size_t count) const;

  const NodeProto& node_;
  Conversion& conversion_;
  Attributes attributes_;
};

}  // namespace bitdown::builder::onnx
