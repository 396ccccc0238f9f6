// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "finetune/finetune.h"
#include "finetune/network.h"
#include "quantize/random.h"

namespace bitdown::builder {

/// What train() minimises over some layers of a network.
struct Task {
  std::vector<TorchLayer*> layers;
  std::size_t images = 0;  ///< To train on: indices 0 to images - 1 of `loss`.
  /// Mean over a batch, to differentiate.
  std::function<torch::Tensor(std::span<const std::size_t> batch, Random& random)> loss;
  std::function<double()> held_out;
  /// After each epoch, before held_out.
  std::function<void()> settle = [] {};
};

/// What an interrupted training goes on from: of the layers, and of how it went.
struct Training {
  std::size_t epoch = 0;  ///< Finished.
  double first = 0;       ///< Loss on the images held out before training,
  double best = 0;        ///< and of the best epoch.
  std::size_t best_epoch = 0;
  double loss = 0;                  ///< Of the last epoch, on the images trained on,
  double last = 0;                  ///< and on those held out.
  std::vector<torch::Tensor> kept;  ///< The best epoch's factors.

  bool started() const { return !kept.empty(); }
};

/// Trains one task, epoch by epoch.
class Trainer {
 public:
  Trainer(Task task, const Tuning& tuning);

  /// One epoch more; measures the images held out first if nothing has been done yet.
  void epoch();
  bool finished() const;
  /// Gives the layers the best epoch's values.
  void keep_best();

  const Training& training() const { return training_; }

  /// All that a later run needs to go on, and its way back. restore() returns false, and changes
  /// nothing, for tensors that are not this task's.
  std::vector<torch::Tensor> state() const;
  bool restore(const std::vector<torch::Tensor>& state);

 private:
  std::vector<torch::Tensor> factors() const;
  void make_optimizer();
  void set_rate(double rate);
  void scale_gradients();
  double pass(Random& random);
  void judge();

  Task task_;
  const Tuning& tuning_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  Training training_;
};

}  // namespace bitdown::builder
