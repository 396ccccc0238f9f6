// SPDX-License-Identifier: MIT
#include "finetune/train.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <sstream>
#include <string>
#include <utility>

#include "error.h"

namespace bitdown::builder {
namespace {

constexpr double kAdamRate = 2e-3;
constexpr double kSgdRate = 0.01;  // "And the Bit Goes Down", section 4.
constexpr double kSgdMomentum = 0.9;
constexpr double kSgdDecay = 1e-4;
constexpr double kLastRate = 1e-3;  // Of the first, at the end of the cosine.

std::vector<torch::Tensor> copies(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> copied;
  for (const torch::Tensor& tensor : tensors) copied.push_back(tensor.detach().clone());
  return copied;
}

}  // namespace

Trainer::Trainer(Task task, const Tuning& tuning) : task_(std::move(task)), tuning_(tuning) {
  make_optimizer();
}

// What is trained.
std::vector<torch::Tensor> Trainer::factors() const {
  std::vector<torch::Tensor> all;
  for (const TorchLayer* layer : task_.layers) {
    for (const Parameter* parameter : {&layer->weights, &layer->scale, &layer->shift}) {
      if (parameter->factor.defined()) all.push_back(parameter->factor);
    }
  }
  return all;
}

void Trainer::make_optimizer() {
  if (tuning_.optimizer == Optimizer::kAdam) {
    optimizer_ = std::make_unique<torch::optim::Adam>(factors(), torch::optim::AdamOptions());
    return;
  }
  for (torch::Tensor& factor : factors()) factor.set_requires_grad(false);
  std::vector<torch::Tensor> codebooks;
  for (const TorchLayer* layer : task_.layers) {
    if (!layer->codes.defined()) continue;
    codebooks.push_back(layer->weights.factor);
    codebooks.back().set_requires_grad(true);
  }
  optimizer_ = std::make_unique<torch::optim::SGD>(
      codebooks, torch::optim::SGDOptions(kSgdRate).momentum(kSgdMomentum).weight_decay(kSgdDecay));
}

void Trainer::set_rate(double rate) {
  for (torch::optim::OptimizerParamGroup& group : optimizer_->param_groups()) {
    group.options().set_lr(rate);
  }
}

// A factor's gradient is unit times its value's, and a step of the value is unit times the
// factor's: for plain descent both have to go; the mean over a codeword's blocks, not their sum.
void Trainer::scale_gradients() {
  for (const TorchLayer* layer : task_.layers) {
    if (!layer->codes.defined() || !layer->weights.factor.grad().defined()) continue;
    torch::Tensor gradient = layer->weights.factor.mutable_grad();
    gradient.div_(layer->weights.unit.square() * layer->uses);
  }
}

bool Trainer::finished() const {
  return training_.epoch >= tuning_.epochs ||
         training_.epoch >= training_.best_epoch + tuning_.patience;
}

void Trainer::epoch() {
  if (!training_.started()) {
    training_.first = training_.best = training_.last = task_.held_out();
    training_.kept = copies(factors());
    return;
  }
  Random random(tuning_.seed, training_.epoch);
  training_.loss = pass(random);
  task_.settle();
  ++training_.epoch;
  judge();
}

double Trainer::pass(Random& random) {
  std::vector<std::size_t> order(task_.images);
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(std::span(order), order.size());
  const bool adam = tuning_.optimizer == Optimizer::kAdam;
  const double rate = tuning_.rate > 0 ? tuning_.rate : adam ? kAdamRate : kSgdRate;
  double sum = 0;
  for (std::size_t at = 0; at < order.size(); at += tuning_.batch) {
    const std::size_t size = std::min(tuning_.batch, order.size() - at);
    const double done = (static_cast<double>(training_.epoch) +
                         static_cast<double>(at) / static_cast<double>(order.size())) /
                        tuning_.epochs;
    const double cosine = (1 + std::cos(std::numbers::pi * done)) / 2;
    set_rate(rate * (kLastRate + (1 - kLastRate) * cosine));
    optimizer_->zero_grad();
    const torch::Tensor loss = task_.loss(std::span(order).subspan(at, size), random);
    loss.backward();
    if (!adam) scale_gradients();
    optimizer_->step();
    sum += loss.item<double>() * static_cast<double>(size);
  }
  return sum / static_cast<double>(order.size());
}

void Trainer::judge() {
  const double held_out = task_.held_out();
  if (!std::isfinite(held_out) || !std::isfinite(training_.loss)) {
    throw Error(StatusCode::kInvalidData, "the loss is not finite in epoch " +
                                              std::to_string(training_.epoch) +
                                              ": try a smaller rate");
  }
  training_.last = held_out;
  if (held_out >= training_.best) return;
  training_.best = held_out;
  training_.best_epoch = training_.epoch;
  training_.kept = copies(factors());
}

void Trainer::keep_best() {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> all = factors();
  for (std::size_t i = 0; i < all.size(); ++i) all[i].copy_(training_.kept[i]);
}

std::vector<torch::Tensor> Trainer::state() const {
  std::ostringstream optimizer;
  torch::save(*optimizer_, optimizer);
  std::string bytes = optimizer.str();
  std::vector<torch::Tensor> state = {
      torch::tensor({static_cast<double>(training_.epoch), training_.first, training_.best,
                     static_cast<double>(training_.best_epoch), training_.loss, training_.last},
                    torch::kDouble),
      torch::from_blob(bytes.data(), {static_cast<std::int64_t>(bytes.size())}, torch::kByte)
          .clone()};
  for (const torch::Tensor& factor : copies(factors())) state.push_back(factor);
  state.insert(state.end(), training_.kept.begin(), training_.kept.end());
  return state;
}

bool Trainer::restore(const std::vector<torch::Tensor>& state) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> all = factors();
  if (state.size() != 2 + 2 * all.size() || state[0].numel() != 6) return false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (state[2 + i].sizes() != all[i].sizes()) return false;
    if (state[2 + all.size() + i].sizes() != all[i].sizes()) return false;
  }
  const torch::Tensor bytes = state[1].contiguous();
  std::istringstream optimizer(std::string(static_cast<const char*>(bytes.data_ptr()),
                                           static_cast<std::size_t>(bytes.numel())));
  torch::load(*optimizer_, optimizer);
  const double* numbers = state[0].data_ptr<double>();
  training_.epoch = static_cast<std::size_t>(numbers[0]);
  training_.first = numbers[1];
  training_.best = numbers[2];
  training_.best_epoch = static_cast<std::size_t>(numbers[3]);
  training_.loss = numbers[4];
  training_.last = numbers[5];
  training_.kept.clear();
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].copy_(state[2 + i]);
    training_.kept.push_back(state[2 + all.size() + i]);
  }
  return true;
}

}  // namespace bitdown::builder
