// SPDX-License-Identifier: MIT
#include "report/size_report.h"

#include <cmath>
#include <utility>

namespace bitdown::builder {
namespace {

class Accountant {
 public:
  Accountant(const schema::Model& model, std::uint64_t bytes_file)
      : model_(model), seen_(model.codebooks() == nullptr ? 0 : model.codebooks()->size(), false) {
    report_.bytes_file = bytes_file;
  }

  SizeReport measure() {
    for (const schema::Operator* op : *model_.operators()) {
      if (const auto* convolution = op->parameters_as_Convolution()) {
        add_convolution(*op, *convolution);
      } else if (const auto* linear = op->parameters_as_Linear()) {
        add_linear(*op, *linear);
      }
    }
    return std::move(report_);
  }

 private:
  std::uint32_t channels(std::uint32_t value) const {
    return model_.values()->Get(value)->shape()->Get(0);
  }

  void add_convolution(const schema::Operator& op, const schema::Convolution& convolution) {
    LayerSize layer;
    layer.name = op.name()->str();
    layer.shape = {channels(op.outputs()->Get(0)), channels(op.inputs()->Get(0)),
                   convolution.kernel_h(), convolution.kernel_w()};
    add_weights(layer, convolution.weights_as_CodedWeights(),
                convolution.weights_as_DenseWeights());
    add_tensor(layer, convolution.scale());
    add_tensor(layer, convolution.shift());
    report_.layers.push_back(std::move(layer));
  }

  void add_linear(const schema::Operator& op, const schema::Linear& linear) {
    LayerSize layer;
    layer.name = op.name()->str();
    layer.shape = {channels(op.outputs()->Get(0)), channels(op.inputs()->Get(0))};
    add_weights(layer, linear.weights_as_CodedWeights(), linear.weights_as_DenseWeights());
    add_tensor(layer, linear.bias());
    report_.layers.push_back(std::move(layer));
  }

  void add_weights(LayerSize& layer, const schema::CodedWeights* coded,
                   const schema::DenseWeights* dense) {
    double weights = 1;
    for (std::uint32_t dimension : layer.shape) weights *= dimension;
    if (coded != nullptr) {
      add_coded(layer, *coded);
    } else {
      add_tensor(layer, dense->values());
    }
    layer.bits_per_weight = 8.0 * static_cast<double>(layer.bytes_stored) / weights;
  }

  void add_coded(LayerSize& layer, const schema::CodedWeights& coded) {
    const schema::Codebook& codebook = *model_.codebooks()->Get(coded.codebook());
    layer.entries = codebook.entries();
    layer.block_size = codebook.block_size();

    const double count = coded.codes()->size();
    report_.paper.codes += count * std::log2(codebook.entries()) / 8;
    layer.bytes_stored += coded.codes()->size();
    if (coded.high_bits() != nullptr) layer.bytes_stored += coded.high_bits()->size();
    report_.stored.codes += static_cast<double>(layer.bytes_stored);

    if (seen_[coded.codebook()]) return;
    seen_[coded.codebook()] = true;
    const std::uint64_t bytes = std::uint64_t{codebook.values()->size()} * 2;
    report_.paper.codebooks += static_cast<double>(bytes);
    report_.stored.codebooks += static_cast<double>(bytes);
    layer.bytes_stored += bytes;
  }

  void add_tensor(LayerSize& layer, const schema::Tensor* tensor) {
    if (tensor == nullptr) return;
    const std::uint32_t bytes = tensor->data()->size();
    const std::uint32_t size = tensor->element_type() == schema::ElementType::float16 ? 2 : 4;
    report_.paper.other += 4.0 * (bytes / size);
    report_.stored.other += bytes;
    layer.bytes_stored += bytes;
  }

  const schema::Model& model_;
  std::vector<bool> seen_;  // Codebooks that are counted.
  SizeReport report_;
};

}  // namespace

SizeReport size_report(const schema::Model& model, std::uint64_t bytes_file) {
  return Accountant(model, bytes_file).measure();
}

}  // namespace bitdown::builder
