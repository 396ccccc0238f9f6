// SPDX-License-Identifier: MIT
#include "importers/onnx/node_context.h"

#include <string_view>
#include <utility>

namespace bitdown::builder::onnx {

void NodeContext::expect_inputs(int fewest, int most) const {
  int count = node_.input_size();
  while (count > 0 && node_.input(count - 1).empty()) --count;
  if (count < fewest || count > most) reject(std::to_string(count) + " inputs");
}

const Binding& NodeContext::binding(int input) const {
  const Binding* found = has(input) ? conversion_.scope.find(node_.input(input)) : nullptr;
  if (found != nullptr) return *found;
  reject("no node before it writes its input " +
         (has(input) ? in_quotes(node_.input(input)) : std::to_string(input)));
}

const TensorProto* NodeContext::find_constant(int input) const {
  const Binding* found = has(input) ? conversion_.scope.find(node_.input(input)) : nullptr;
  const auto* tensor = found == nullptr ? nullptr : std::get_if<const TensorProto*>(found);
  return tensor == nullptr ? nullptr : *tensor;
}

ValueId NodeContext::value(int input) const {
  const auto* value = std::get_if<ValueId>(&binding(input));
  if (value == nullptr) refuse("its input " + in_quotes(node_.input(input)) + " is constant");
  return *value;
}

const TensorProto& NodeContext::constant(int input) const {
  const auto* tensor = std::get_if<const TensorProto*>(&binding(input));
  if (tensor == nullptr) refuse("its input " + in_quotes(node_.input(input)) + " is not constant");
  return **tensor;
}

ValueId NodeContext::image(int input) const {
  const ValueId id = value(input);
  if (!conversion_.network.is_image(id)) refuse("takes a vector, not an image");
  return id;
}

ValueId NodeContext::vector(int input) const {
  const ValueId id = value(input);
  if (conversion_.network.is_image(id)) refuse("takes an image, not a vector");
  return id;
}

std::vector<std::uint64_t> NodeContext::dimensions(int input) const {
  return conversion_.tensors.view(constant(input)).shape;
}

TensorView NodeContext::view(int input, std::size_t count) const {
  TensorView view = conversion_.tensors.view(constant(input));
  std::uint64_t elements = 1;
  bool is_vector = false;
  bool is_matrix = false;
  for (const std::uint64_t side : view.shape) {
    is_matrix |= is_vector && side != 1;
    is_vector |= side != 1;
    elements *= side;
  }
  if (is_matrix || elements != count) {
    reject("its input " + in_quotes(node_.input(input)) + " has shape " + shape_text(view.shape) +
           " instead of " + std::to_string(count) + " numbers");
  }
  return view;
}

std::vector<float> NodeContext::numbers(int input, std::size_t count) const {
  return read_floats(view(input, count), in_quotes(node_.input(input)));
}

std::vector<double> NodeContext::exact_numbers(int input, std::size_t count) const {
  return read_doubles(view(input, count), in_quotes(node_.input(input)));
}

std::vector<std::int64_t> NodeContext::integers(int input) const {
  return read_integers(conversion_.tensors.view(constant(input)), in_quotes(node_.input(input)));
}

std::vector<float> NodeContext::matrix(int input) {
  const TensorProto& tensor = constant(input);
  if (!conversion_.matrices.insert(&tensor).second) {
    refuse("shares its weights " + in_quotes(tensor.name()) + " with another layer");
  }
  return read_floats(conversion_.tensors.view(tensor), in_quotes(node_.input(input)));
}

std::string NodeContext::layer_name(int input) const {
  constexpr std::string_view kSuffix = ".weight";
  constexpr std::size_t kLongest = 256;
  std::string name = node_.input(input);
  if (name.ends_with(kSuffix)) {
    name.resize(name.size() - kSuffix.size());
  } else {
    name = node_.name();
  }
  if (name.size() > kLongest) refuse("a name of more than 256 bytes");
  return name;
}

void NodeContext::write(ValueId value) {
  bind(value);
  conversion_.uses[value] = conversion_.scope.uses(node_.output(0));
}

void NodeContext::bind(Binding binding) {
  for (int i = 1; i < node_.output_size(); ++i) {
    if (conversion_.scope.uses(node_.output(i)) > 0) {
      refuse("its output " + std::to_string(i) + " is used");
    }
  }
  if (node_.output_size() == 0 || !conversion_.scope.bind(node_.output(0), binding)) {
    reject("writes " + (node_.output_size() == 0 ? "nothing" : in_quotes(node_.output(0))) +
           ", which is written already");
  }
}

}  // namespace bitdown::builder::onnx
