// SPDX-License-Identifier: MIT
#include "builder/importers/support/tiny_resnet.h"

#include <utility>

namespace bitdown::tests {
namespace {

using Shape = std::vector<std::int64_t>;

class Maker {
 public:
  explicit Maker(const TinyResnet& network) : network_(network) {}

  FakeCheckpoint make() {
    dense("conv1", {64, 3, 7, 7});
    batch_norm("bn1", 64);
    const bool bottleneck = network_.depth >= 50;
    std::int64_t channels = 64;
    for (int stage = 0; stage < 4; ++stage) {
      const std::int64_t width = std::int64_t{64} << stage;
      for (int block = 0; block < blocks(stage); ++block) {
        const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
        channels =
            bottleneck ? add_bottleneck(name, channels, width) : add_basic(name, channels, width);
      }
    }
    weights("fc", network_.classes, channels, 0);
    const std::vector<float> bias(static_cast<std::size_t>(network_.classes), 0.25f);
    checkpoint_.add_floats(network_.dialect == TinyDialect::kKtb ? "fc_bias/bias" : "fc.bias",
                           {network_.classes}, bias);
    return std::move(checkpoint_);
  }

 private:
  int blocks(int stage) const {
    if (network_.depth == 18) return 2;
    const int deep = network_.depth == 152 ? 36 : network_.depth == 101 ? 23 : 6;
    const int counts[] = {3, network_.depth == 152 ? 8 : 4, deep, 3};
    return counts[stage];
  }

  std::int64_t add_basic(const std::string& name, std::int64_t channels, std::int64_t width) {
    convolution(name, "conv1", "bn1", {width, channels, 3});
    convolution(name, "conv2", "bn2", {width, width, 3});
    return downsample(name, channels, width);
  }

  std::int64_t add_bottleneck(const std::string& name, std::int64_t channels, std::int64_t width) {
    convolution(name, "conv1", "bn1", {width, channels, 1});
    convolution(name, "conv2", "bn2", {width, width, 3});
    convolution(name, "conv3", "bn3", {4 * width, width, 1});
    return downsample(name, channels, 4 * width);
  }

  std::int64_t downsample(const std::string& name, std::int64_t channels, std::int64_t outputs) {
    if (channels != outputs) {
      convolution(name, "downsample.0", "downsample.1", {outputs, channels, 1});
    }
    return outputs;
  }

  void convolution(const std::string& block, const std::string& name, const std::string& norm,
                   const Shape& shape) {
    weights(block + "." + name, shape[0], shape[1], shape[2]);
    batch_norm(block + "." + norm, shape[0]);
  }

  /// Kernel 0: a linear layer.
  void weights(const std::string& layer, std::int64_t outputs, std::int64_t inputs, int kernel) {
    if (network_.dialect == TinyDialect::kTorchvision) {
      dense(layer, kernel == 0 ? Shape{outputs, inputs} : Shape{outputs, inputs, kernel, kernel});
      return;
    }
    const std::int64_t block_size = kernel == 3 ? 192 : 64;
    const std::int64_t taps = kernel == 0 ? 1 : kernel * kernel;
    coded(layer, outputs, inputs * taps / block_size, block_size, kernel);
  }

  void coded(const std::string& layer, std::int64_t outputs, std::int64_t blocks,
             std::int64_t block_size, int kernel) {
    const bool ktb = network_.dialect == TinyDialect::kKtb;
    std::vector<float> codebook;
    for (std::int64_t k = 0; k < kTinyEntries; ++k) {
      for (std::int64_t e = 0; e < block_size; ++e) {
        codebook.push_back(static_cast<float>(k + e % 5) / 4.0f);
      }
    }
    checkpoint_.add_halves(layer + (ktb ? "/centroids" : ".codebook"), {kTinyEntries, block_size},
                           codebook);
    std::vector<std::int16_t> codes(static_cast<std::size_t>(outputs * blocks));
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t b = 0; b < blocks; ++b) {
        const std::int64_t place = ktb ? b * outputs + o : o * blocks + b;
        codes[static_cast<std::size_t>(place)] = static_cast<std::int16_t>(tiny_code(o, b));
      }
    }
    const std::string key = layer + (ktb ? "/assignments" : ".codes_matrix");
    const Shape shape = ktb ? Shape{outputs * blocks} : Shape{outputs, blocks};
    if (kernel == 0) {
      checkpoint_.add_shorts(key, shape, codes);
    } else {
      checkpoint_.add_bytes(key, shape, {codes.begin(), codes.end()});
    }
    if (!ktb) return;
    checkpoint_.leaves[layer + "/n_blocks"] = blocks;
    checkpoint_.leaves[layer + "/is_conv"] = kernel != 0;
    checkpoint_.leaves[layer + "/k"] = std::int64_t{kernel == 0 ? 1 : kernel};
  }

  void dense(const std::string& layer, const Shape& shape) {
    constexpr std::int64_t kLargest = 512 * 512 * 9;
    std::int64_t elements = network_.dialect == TinyDialect::kTorchvision ? kLargest : 64 * 147;
    FakeStorage& storage = checkpoint_.storages["shared"];
    if (storage.bytes.empty()) {
      std::vector<float> values;
      for (std::int64_t i = 0; i < elements; ++i) values.push_back(tiny_weight(i));
      checkpoint_.add_halves("shared", {}, values);
      checkpoint_.leaves.erase("shared");
    }
    checkpoint_.leaves[key(layer, "weight")] = FakeTensor{"shared", shape, {}, 0, false};
  }

  void batch_norm(const std::string& layer, std::int64_t channels) {
    const auto count = static_cast<std::size_t>(channels);
    std::vector<float> gamma;
    for (std::int64_t c = 0; c < channels; ++c) gamma.push_back(tiny_gamma(c));
    checkpoint_.add_halves(key(layer, "weight"), {channels}, gamma);
    const std::vector<float> beta(count, kTinyBeta);
    checkpoint_.add_floats(key(layer, "bias"), {channels}, beta);
    if (network_.dialect != TinyDialect::kTorchvision) return;
    const std::vector<float> mean(count, kTinyMean);
    const std::vector<float> variance(count, kTinyVariance);
    checkpoint_.add_floats(layer + ".running_mean", {channels}, mean);
    checkpoint_.add_floats(layer + ".running_var", {channels}, variance);
    checkpoint_.leaves[layer + ".num_batches_tracked"] = std::int64_t{9};
  }

  std::string key(const std::string& layer, const std::string& name) const {
    return layer + (network_.dialect == TinyDialect::kKtb ? "/" : ".") + name;
  }

  const TinyResnet& network_;
  FakeCheckpoint checkpoint_;
};

}  // namespace

FakeCheckpoint make_checkpoint(const TinyResnet& network) {
  return Maker(network).make();
}

}  // namespace bitdown::tests
