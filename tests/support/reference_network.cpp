// SPDX-License-Identifier: MIT
#include "support/reference_network.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bitdown::tests {
namespace {

using builder::Graph;
using builder::Node;
using Values = std::vector<double>;

double weight(const builder::Weights& weights, std::size_t row, std::size_t column) {
  if (const auto* dense = std::get_if<builder::DenseMatrix>(&weights)) {
    return static_cast<double>(dense->values[row * dense->columns + column]);
  }
  const auto& coded = std::get<builder::CodedMatrix>(weights);
  const std::size_t d = coded.block_size;
  const std::size_t code = coded.codes[row * coded.blocks() + column / d];
  return static_cast<double>(coded.codebook[code * d + column % d]);
}

double channel(const std::vector<float>& values, std::size_t index, double absent) {
  return values.empty() ? absent : static_cast<double>(values[index]);
}

// Calls visit(input index) for the inputs of channel c under the window at (oy, ox); the second
// argument counts kernel taps, padding included.
template <typename Visit>
void for_window(const std::vector<std::uint32_t>& in, std::uint32_t kernel, std::uint32_t stride,
                std::uint32_t padding, std::size_t c, std::size_t oy, std::size_t ox,
                const Visit& visit) {
  std::size_t tap = 0;
  for (std::uint32_t ky = 0; ky < kernel; ++ky) {
    for (std::uint32_t kx = 0; kx < kernel; ++kx, ++tap) {
      const auto y = static_cast<std::int64_t>(oy * stride + ky) - padding;
      const auto x = static_cast<std::int64_t>(ox * stride + kx) - padding;
      if (y < 0 || x < 0 || y >= in[1] || x >= in[2]) continue;
      visit((c * in[1] + static_cast<std::size_t>(y)) * in[2] + static_cast<std::size_t>(x), tap);
    }
  }
}

struct Executor {
  const Graph& graph;
  std::vector<Values> values;
  const Node* node = nullptr;

  const std::vector<std::uint32_t>& in() const { return graph.values[node->inputs[0]].shape; }
  const std::vector<std::uint32_t>& out() const { return graph.values[node->output].shape; }
  const Values& x(std::size_t i = 0) const { return values[node->inputs[i]]; }

  template <typename At>
  Values spatial(const At& at) const {
    Values y;
    for (std::size_t o = 0; o < out()[0]; ++o) {
      for (std::size_t oy = 0; oy < out()[1]; ++oy) {
        for (std::size_t ox = 0; ox < out()[2]; ++ox) y.push_back(at(o, oy, ox));
      }
    }
    return y;
  }

  Values operator()(const builder::Convolution& op) const {
    Values y = spatial([&](std::size_t o, std::size_t oy, std::size_t ox) {
      double sum = 0.0;
      for (std::size_t c = 0; c < in()[0]; ++c) {
        for_window(in(), op.kernel, op.stride, op.padding, c, oy, ox,
                   [&](std::size_t i, std::size_t tap) {
                     sum += x()[i] * weight(op.weights, o, c * op.kernel * op.kernel + tap);
                   });
      }
      return sum * channel(op.scale, o, 1.0) + channel(op.shift, o, 0.0);
    });
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (node->inputs.size() == 2) y[i] += x(1)[i];
      if (op.relu) y[i] = std::max(y[i], 0.0);
    }
    return y;
  }

  Values operator()(const builder::Linear& op) const {
    Values y(out()[0]);
    for (std::size_t o = 0; o < y.size(); ++o) {
      y[o] = channel(op.bias, o, 0.0);
      for (std::size_t i = 0; i < x().size(); ++i) y[o] += x()[i] * weight(op.weights, o, i);
    }
    return y;
  }

  Values operator()(const builder::MaxPool& op) const {
    return spatial([&](std::size_t c, std::size_t oy, std::size_t ox) {
      double highest = -std::numeric_limits<double>::infinity();
      for_window(in(), op.kernel, op.stride, op.padding, c, oy, ox,
                 [&](std::size_t i, std::size_t) { highest = std::max(highest, x()[i]); });
      return highest;
    });
  }

  Values operator()(const builder::GlobalAveragePool&) const {
    const std::size_t plane = std::size_t{in()[1]} * in()[2];
    Values y(in()[0], 0.0);
    for (std::size_t i = 0; i < x().size(); ++i)
      y[i / plane] += x()[i] / static_cast<double>(plane);
    return y;
  }

  Values operator()(const builder::Softmax&) const {
    const double highest = *std::max_element(x().begin(), x().end());
    Values y;
    double sum = 0.0;
    for (const double v : x()) sum += std::exp(v - highest);
    for (const double v : x()) y.push_back(std::exp(v - highest) / sum);
    return y;
  }
};

}  // namespace

std::vector<std::vector<double>> run_reference(const Graph& graph,
                                               const std::vector<float>& input) {
  Executor executor{graph, std::vector<Values>(graph.values.size())};
  executor.values[graph.inputs[0]].assign(input.begin(), input.end());
  for (const Node& node : graph.nodes) {
    executor.node = &node;
    executor.values[node.output] = std::visit(executor, node.op);
  }
  std::vector<Values> outputs;
  for (const builder::ValueId id : graph.outputs) outputs.push_back(executor.values[id]);
  return outputs;
}

}  // namespace bitdown::tests
