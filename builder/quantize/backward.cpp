// SPDX-License-Identifier: MIT
#include "quantize/backward.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "quantize/linear_algebra.h"
#include "quantize/positions.h"

namespace bitdown::builder {
namespace {

// x += im2col' columns: each number goes back to where gather_row found it.
void scatter(const Window& window, const Matrix& columns, std::span<float> x) {
  std::size_t row = 0;
  for (std::size_t c = 0; c < window.channels; ++c) {
    float* plane = x.data() + c * window.height * window.width;
    for (std::size_t k = 0; k < std::size_t{window.kernel} * window.kernel; ++k, ++row) {
      const float* from = columns.row(row);
      for (std::size_t oy = 0; oy < window.out_height; ++oy, from += window.out_width) {
        // Unsigned: what lies above or left of the input is beyond its end.
        const std::size_t y = oy * window.stride + k / window.kernel - window.padding;
        if (y >= window.height) continue;
        for (std::size_t ox = 0; ox < window.out_width; ++ox) {
          const std::size_t at = ox * window.stride + k % window.kernel - window.padding;
          if (at < window.width) plane[y * window.width + at] += from[ox];
        }
      }
    }
  }
}

class Backward {
 public:
  Backward(const Graph& graph, const ValueOf& value_of, const LayerGradient& layer)
      : graph_(graph), value_of_(value_of), layer_(layer), gradients_(graph.values.size()) {}

  void run(ValueId from, std::span<const float> gradient) {
    gradients_[from].assign(gradient.begin(), gradient.end());
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[i];
      // Taken: nobody needs it any more.
      std::vector<float> own = std::move(gradients_[node.output]);
      if (!own.empty()) std::visit([&](const auto& op) { pass(i, node, op, own); }, node.op);
    }
  }

 private:
  std::vector<float>& gradient_of(ValueId value) {
    std::vector<float>& gradient = gradients_[value];
    gradient.resize(graph_.values[value].elements());
    return gradient;
  }

  void pass(std::size_t index, const Node& node, const Convolution& op, std::vector<float>& own) {
    if (op.relu) {
      const std::span<const float> answer = value_of_(node.output);
      for (std::size_t i = 0; i < own.size(); ++i) own[i] = answer[i] > 0 ? own[i] : 0;
    }
    layer_(index, own);
    if (node.inputs.size() > 1) add(own, gradient_of(node.inputs[1]));
    const std::size_t positions = own.size() / std::get<DenseMatrix>(op.weights).rows;
    for (std::size_t i = 0; i < own.size() && !op.scale.empty(); ++i) {
      own[i] *= op.scale[i / positions];
    }
    pass_weights(node, std::get<DenseMatrix>(op.weights), own);
  }

  void pass(std::size_t index, const Node& node, const Linear& op, std::vector<float>& own) {
    layer_(index, own);
    pass_weights(node, std::get<DenseMatrix>(op.weights), own);
  }

  // What the layer's input gets: im2col' (W' own).
  void pass_weights(const Node& node, const DenseMatrix& weights, const std::vector<float>& own) {
    if (node.inputs[0] == graph_.inputs[0]) return;
    const Window window = window_of(graph_, node);
    Matrix columns(weights.columns, own.size() / weights.rows);
    Product product;
    product.m = columns.rows;
    product.n = columns.columns;
    product.k = weights.rows;
    product.a = weights.values.data();
    product.a_stride = weights.columns;
    product.a_transposed = true;
    product.b = own.data();
    product.b_stride = columns.columns;
    product.c = columns.values.data();
    product.c_stride = columns.columns;
    multiply(product);
    scatter(window, columns, gradient_of(node.inputs[0]));
  }

  // The first of the largest gets all.
  void pass(std::size_t, const Node& node, const MaxPool& op, const std::vector<float>& own) {
    const std::span<const float> x = value_of_(node.inputs[0]);
    const std::span<const float> y = value_of_(node.output);
    std::vector<float>& gradient = gradient_of(node.inputs[0]);
    const std::size_t height = graph_.values[node.inputs[0]].shape[1];
    const std::size_t width = graph_.values[node.inputs[0]].shape[2];
    const std::size_t out_height = graph_.values[node.output].shape[1];
    const std::size_t out_width = graph_.values[node.output].shape[2];
    for (std::size_t i = 0; i < own.size(); ++i) {
      const std::size_t plane = i / (out_height * out_width) * height * width;
      const std::size_t top = i / out_width % out_height * op.stride;
      const std::size_t left = i % out_width * op.stride;
      for (std::size_t k = 0; k < std::size_t{op.kernel} * op.kernel; ++k) {
        const std::size_t row = top + k / op.kernel - op.padding;
        const std::size_t column = left + k % op.kernel - op.padding;
        const std::size_t at = plane + row * width + column;
        if (row >= height || column >= width || x[at] != y[i]) continue;
        gradient[at] += own[i];
        break;
      }
    }
  }

  void pass(std::size_t, const Node& node, const GlobalAveragePool&,
            const std::vector<float>& own) {
    std::vector<float>& gradient = gradient_of(node.inputs[0]);
    const std::size_t positions = gradient.size() / own.size();
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] += own[i / positions] / static_cast<float>(positions);
    }
  }

  void pass(std::size_t, const Node& node, const Softmax&, const std::vector<float>& own) {
    const std::span<const float> y = value_of_(node.output);
    float mean = 0;
    for (std::size_t i = 0; i < own.size(); ++i) mean += own[i] * y[i];
    std::vector<float>& gradient = gradient_of(node.inputs[0]);
    for (std::size_t i = 0; i < own.size(); ++i) gradient[i] += y[i] * (own[i] - mean);
  }

  static void add(const std::vector<float>& from, std::vector<float>& to) {
    std::transform(from.begin(), from.end(), to.begin(), to.begin(), std::plus<>());
  }

  const Graph& graph_;
  const ValueOf& value_of_;
  const LayerGradient& layer_;
  std::vector<std::vector<float>> gradients_;  // By value; empty: zeros.
};

}  // namespace

void propagate_back(const Graph& graph, ValueId from, std::span<const float> gradient,
                    const ValueOf& value_of, const LayerGradient& layer) {
  Backward(graph, value_of, layer).run(from, gradient);
}

}  // namespace bitdown::builder
