// SPDX-License-Identifier: MIT
#include "schema/model_spec.h"

#include <cstring>
#include <utility>

namespace bitdown::tests {
namespace {

constexpr std::uint16_t kHalfOne = 0x3c00;

TensorSpec half_tensor(std::size_t count) {
  TensorSpec tensor{schema::ElementType::float16, {}};
  for (std::size_t i = 0; i < count; ++i) {
    tensor.data.bytes.push_back(kHalfOne & 0xff);
    tensor.data.bytes.push_back(kHalfOne >> 8);
  }
  return tensor;
}

OperatorSpec make_operator(schema::Parameters type, std::string name,
                           std::vector<std::uint32_t> inputs, std::vector<std::uint32_t> outputs) {
  OperatorSpec op;
  op.type = type;
  op.name = std::move(name);
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  return op;
}

OperatorSpec conv1() {
  OperatorSpec op = make_operator(schema::Parameters::Convolution, "conv1", {kInput}, {kStem});
  op.weights.type = schema::Weights::DenseWeights;
  op.weights.dense = half_tensor(4 * 3 * 3 * 3);
  op.scale = half_tensor(4);
  op.shift = float_tensor(4, -1.0f);
  op.window = {3, 3, 1, 1, 1, 1};
  return op;
}

OperatorSpec conv2() {
  OperatorSpec op =
      make_operator(schema::Parameters::Convolution, "conv2", {kPooled, kPooled}, {kBlock});
  op.weights.type = schema::Weights::CodedWeights;
  op.weights.codes.bytes.assign(4 * 4, 15);
  op.scale = half_tensor(4);
  op.shift = half_tensor(4);
  op.window = {3, 3, 1, 1, 1, 1};
  op.activation = schema::Activation::relu;
  return op;
}

OperatorSpec fc() {
  OperatorSpec op = make_operator(schema::Parameters::Linear, "fc", {kFeatures}, {kLogits});
  op.weights.type = schema::Weights::CodedWeights;
  op.weights.codebook = 1;
  op.weights.code_bits = 9;
  op.weights.codes.bytes = {0, 255, 43};  // 0, 255, 299.
  op.weights.high_bits = BulkSpec{{0b100}, true};
  op.shift = float_tensor(3, 0.5f);
  return op;
}

class Serializer {
 public:
  std::vector<std::byte> serialize(const ModelSpec& spec) {
    fbb_.ForceDefaults(true);
    fbb_.Align(64);
    std::vector<flatbuffers::Offset<schema::Value>> values;
    for (const ValueSpec& value : spec.values) {
      values.push_back(schema::CreateValueDirect(fbb_, value.name.c_str(), &value.shape,
                                                 value.range ? &*value.range : nullptr));
    }
    std::vector<flatbuffers::Offset<schema::Codebook>> codebooks;
    for (const CodebookSpec& codebook : spec.codebooks) codebooks.push_back(add(codebook));
    std::vector<flatbuffers::Offset<schema::Operator>> operators;
    for (const OperatorSpec& op : spec.operators) operators.push_back(add(op));
    const auto preprocessing = spec.preprocessing ? add(*spec.preprocessing)
                                                  : flatbuffers::Offset<schema::Preprocessing>();
    const auto golden = spec.golden ? add(*spec.golden) : flatbuffers::Offset<schema::Golden>();
    const auto provenance =
        schema::CreateProvenanceDirect(fbb_, nullptr, spec.source_sha256.c_str());
    const auto labels = fbb_.CreateVectorOfStrings(spec.labels);
    const auto values_offset = fbb_.CreateVector(values);
    const auto operators_offset = fbb_.CreateVector(operators);
    const auto codebooks_offset = fbb_.CreateVector(codebooks);
    const auto inputs = fbb_.CreateVector(spec.inputs);
    const auto outputs = fbb_.CreateVector(spec.outputs);
    fbb_.Finish(
        schema::CreateModel(fbb_, &spec.version, static_cast<schema::Feature>(spec.features),
                            values_offset, operators_offset, codebooks_offset, inputs, outputs,
                            preprocessing, labels, provenance, golden),
        schema::ModelIdentifier());
    const auto* data = reinterpret_cast<const std::byte*>(fbb_.GetBufferPointer());
    return {data, data + fbb_.GetSize()};
  }

 private:
  template <typename T>
  flatbuffers::Offset<flatbuffers::Vector<T>> bulk(const std::vector<T>& data, bool aligned) {
    fbb_.ForceVectorAlignment(data.size() * sizeof(T) + (aligned ? 0 : 4), 1, 64);
    return fbb_.CreateVector(data);
  }

  flatbuffers::Offset<schema::Tensor> add(const TensorSpec& tensor) {
    return schema::CreateTensor(fbb_, tensor.type, bulk(tensor.data.bytes, tensor.data.aligned));
  }
  flatbuffers::Offset<schema::Tensor> add(const std::optional<TensorSpec>& tensor) {
    return tensor ? add(*tensor) : flatbuffers::Offset<schema::Tensor>();
  }

  flatbuffers::Offset<schema::Codebook> add(const CodebookSpec& codebook) {
    return schema::CreateCodebook(fbb_, codebook.entries, codebook.block_size,
                                  bulk(codebook.values, codebook.aligned));
  }

  flatbuffers::Offset<void> add(const WeightsSpec& weights) {
    if (weights.type != schema::Weights::CodedWeights) {
      return schema::CreateDenseWeights(fbb_, add(weights.dense)).Union();
    }
    const auto codes = bulk(weights.codes.bytes, weights.codes.aligned);
    flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> high_bits;
    if (weights.high_bits) high_bits = bulk(weights.high_bits->bytes, weights.high_bits->aligned);
    return schema::CreateCodedWeights(fbb_, weights.codebook, weights.code_bits, weights.axis,
                                      weights.order, codes, high_bits)
        .Union();
  }

  flatbuffers::Offset<void> add_weights(const OperatorSpec& op) {
    if (!op.shares_weights) previous_weights_ = add(op.weights);
    return previous_weights_;
  }

  flatbuffers::Offset<void> add_parameters(const OperatorSpec& op) {
    const WindowSpec& w = op.window;
    switch (op.type) {
      case schema::Parameters::Convolution: {
        const auto weights = add_weights(op);
        const auto scale = add(op.scale);
        const auto shift = add(op.shift);
        return schema::CreateConvolution(fbb_, op.weights.type, weights, scale, shift, w.kernel_h,
                                         w.kernel_w, w.stride_h, w.stride_w, w.padding_h,
                                         w.padding_w, op.groups, op.activation)
            .Union();
      }
      case schema::Parameters::Linear: {
        const auto weights = add_weights(op);
        return schema::CreateLinear(fbb_, op.weights.type, weights, add(op.shift)).Union();
      }
      case schema::Parameters::MaxPool:
        return schema::CreateMaxPool(fbb_, w.kernel_h, w.kernel_w, w.stride_h, w.stride_w,
                                     w.padding_h, w.padding_w)
            .Union();
      default:  // The other tables are empty, and so is that of an unknown operator.
        return schema::CreateSoftmax(fbb_).Union();
    }
  }

  flatbuffers::Offset<schema::Operator> add(const OperatorSpec& op) {
    const auto parameters = add_parameters(op);
    return schema::CreateOperatorDirect(fbb_, op.name.c_str(), &op.inputs, &op.outputs, op.type,
                                        parameters);
  }

  flatbuffers::Offset<schema::Preprocessing> add(const PreprocessingSpec& spec) {
    return schema::CreatePreprocessingDirect(fbb_, spec.resize_shorter, spec.crop_h, spec.crop_w,
                                             &spec.mean, &spec.std);
  }

  flatbuffers::Offset<schema::Golden> add(const GoldenSpec& golden) {
    const auto input = golden.input ? add(*golden.input) : flatbuffers::Offset<schema::Tensor>();
    const auto output = add(golden.output);
    return schema::CreateGolden(fbb_, input, output, golden.tolerance);
  }

  flatbuffers::FlatBufferBuilder fbb_;
  flatbuffers::Offset<void> previous_weights_;
};

}  // namespace

TensorSpec float_tensor(std::size_t count, float value) {
  TensorSpec tensor{schema::ElementType::float32, {}};
  tensor.data.bytes.resize(count * sizeof value);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(tensor.data.bytes.data() + i * sizeof value, &value, sizeof value);
  }
  return tensor;
}

ModelSpec valid_spec() {
  ModelSpec spec;
  spec.features = static_cast<std::uint64_t>(schema::Feature::split_codes);
  spec.values = {{"input", {3, 8, 8}, schema::ActivationRange(-2.0f, 2.5f)},
                 {"stem", {4, 8, 8}, {}},
                 {"pooled", {4, 4, 4}, {}},
                 {"block", {4, 4, 4}, {}},
                 {"features", {4}, {}},
                 {"logits", {3}, {}},
                 {"probabilities", {3}, {}}};
  spec.codebooks = {{16, 9, std::vector<std::uint16_t>(16 * 9, kHalfOne), true},
                    {300, 4, std::vector<std::uint16_t>(300 * 4, kHalfOne), true}};
  spec.operators.resize(6);
  spec.operators[kConv1] = conv1();
  spec.operators[kMaxPool] =
      make_operator(schema::Parameters::MaxPool, "maxpool", {kStem}, {kPooled});
  spec.operators[kMaxPool].window = {3, 3, 2, 2, 1, 1};
  spec.operators[kConv2] = conv2();
  spec.operators[kAveragePool] =
      make_operator(schema::Parameters::GlobalAveragePool, "avgpool", {kBlock}, {kFeatures});
  spec.operators[kFc] = fc();
  spec.operators[kSoftmax] =
      make_operator(schema::Parameters::Softmax, "softmax", {kLogits}, {kProbabilities});
  spec.inputs = {kInput};
  spec.outputs = {kLogits, kProbabilities};
  spec.preprocessing = PreprocessingSpec{10, 8, 8, {0.5f, 0.5f, 0.5f}, {0.2f, 0.2f, 0.2f}};
  spec.labels = {"ant", "bee", "cat"};
  spec.source_sha256 = std::string(64, 'a');
  spec.golden = GoldenSpec{float_tensor(3 * 8 * 8, 0.25f), float_tensor(3, 1.0f), 1e-3f};
  return spec;
}

ModelSpec grey_spec() {
  ModelSpec spec = valid_spec();
  spec.version = {1, 1, 0};
  spec.values[kInput].shape = {1, 8, 8};
  spec.operators[kConv1].weights.dense.data.bytes.resize(4 * 9 * 2);
  spec.preprocessing->mean = {0.5f};
  spec.preprocessing->std = {0.25f};
  spec.golden->input = float_tensor(8 * 8, 0.25f);
  return spec;
}

std::vector<std::byte> serialize(const ModelSpec& spec) {
  return Serializer().serialize(spec);
}

}  // namespace bitdown::tests
