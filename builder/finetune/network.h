// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace bitdown::builder {

/// A tensor that is trained, as value = unit * factor: a step of one rate then means the same to
/// all tensors, whatever their size.
struct Parameter {
  torch::Tensor factor;  ///< The leaf.
  torch::Tensor unit;    ///< Constant, broadcast to the factor's shape.

  torch::Tensor value() const { return factor * unit; }
};

/// A layer with weights.
struct TorchLayer {
  torch::Tensor codes;              ///< (rows x blocks) int64; undefined for dense weights.
  torch::Tensor uses;               ///< (K, 1): blocks of each codeword, at least 1.
  Parameter weights;                ///< Codebook (K, d), or the dense matrix.
  Parameter scale;                  ///< Per output channel; undefined for a layer without.
  Parameter shift;                  ///< Or bias.
  std::vector<std::int64_t> shape;  ///< (rows, input channels[, kernel, kernel]).

  torch::Tensor expanded() const;
};

/// A part of a network: the nodes between two values on which everything behind them depends.
struct Part {
  std::size_t begin = 0;  ///< Nodes [begin, end).
  std::size_t end = 0;
  ValueId input = 0;
  ValueId output = 0;
};

/// A network as a function that torch can differentiate with respect to its codebooks, scales,
/// shifts and dense weights; codes are constants.
class TorchNetwork {
 public:
  explicit TorchNetwork(const Graph& graph);

  /// (N, ...) of part.input to (N, ...) of part.output.
  torch::Tensor run(const Part& part, const torch::Tensor& input);

  /// By node; layers without weights are null.
  TorchLayer* layer(std::size_t node) { return layers_[node] ? &*layers_[node] : nullptr; }

  /// Called for each convolution with its output before activation and residual; for statistics.
  using Watch = std::function<torch::Tensor(std::size_t node, const torch::Tensor&)>;
  void watch(Watch watch) { watch_ = std::move(watch); }

  /// Puts the parameters' values into `graph`, the one that this was made of; codebooks are
  /// rounded to fp16.
  void write_to(Graph& graph) const;

 private:
  torch::Tensor apply(std::size_t node, const std::vector<torch::Tensor>& values);
  torch::Tensor convolve(std::size_t node, const torch::Tensor& input);

  const Graph& graph_;
  std::vector<std::optional<TorchLayer>> layers_;
  Watch watch_;
};

}  // namespace bitdown::builder
