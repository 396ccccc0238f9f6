// SPDX-License-Identifier: MIT
#include "finetune/statistics.h"

namespace bitdown::builder {
namespace {

constexpr float kLeastDeviation = 1e-6f;  // Of a channel that never changes.

torch::Tensor column(const torch::Tensor& channels) {
  return channels.reshape({1, -1, 1, 1});
}

// Sums of mean and variance over batches.
class Running {
 public:
  void add(std::size_t node, const torch::Tensor& mean, const torch::Tensor& variance) {
    Sum& sum = sums_[node];
    sum.mean = sum.batches == 0 ? mean : sum.mean + mean;
    sum.variance = sum.batches == 0 ? variance : sum.variance + variance;
    ++sum.batches;
  }

  Statistics means() const {
    Statistics statistics;
    for (const auto& [node, sum] : sums_) {
      statistics.layers[node] = {sum.mean / sum.batches,
                                 (sum.variance / sum.batches).sqrt().clamp_min(kLeastDeviation)};
    }
    return statistics;
  }

 private:
  struct Sum {
    torch::Tensor mean;
    torch::Tensor variance;
    int batches = 0;
  };
  std::map<std::size_t, Sum> sums_;
};

Statistics observe(TorchNetwork& network, const Part& part, const EachBatch& each,
                   const Statistics* wanted) {
  const torch::NoGradGuard no_grad;
  Running running;
  network.watch([&](std::size_t node, const torch::Tensor& output) {
    const torch::Tensor mean = output.mean({0, 2, 3});
    const torch::Tensor variance = output.var({0, 2, 3}, false);
    running.add(node, mean, variance);
    if (wanted == nullptr) return output;
    const Statistics::Channel& target = wanted->layers.at(node);
    const torch::Tensor factor = target.deviation / variance.sqrt().clamp_min(kLeastDeviation);
    return (output - column(mean)) * column(factor) + column(target.mean);
  });
  each([&](const torch::Tensor& batch) { network.run(part, batch); });
  network.watch(nullptr);
  return running.means();
}

}  // namespace

Statistics measure_statistics(TorchNetwork& network, const Part& part, const EachBatch& each) {
  return observe(network, part, each, nullptr);
}

void match_statistics(TorchNetwork& network, const Part& part, const Statistics& wanted,
                      const EachBatch& each) {
  const Statistics own = observe(network, part, each, &wanted);
  const torch::NoGradGuard no_grad;
  for (const auto& [node, channel] : own.layers) {
    TorchLayer& layer = *network.layer(node);
    if (!layer.scale.factor.defined() || !layer.shift.factor.defined()) continue;
    const Statistics::Channel& target = wanted.layers.at(node);
    const torch::Tensor change = target.deviation / channel.deviation;
    const torch::Tensor shift = (layer.shift.value() - channel.mean) * change + target.mean;
    layer.scale.factor.mul_(change);
    layer.shift.factor.copy_(shift / layer.shift.unit);
  }
}

}  // namespace bitdown::builder
