// SPDX-License-Identifier: MIT
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "doctest/doctest.h"
#include "schema/check.h"
#include "schema/model_spec.h"
#include "support/aligned_blob.h"

namespace bitdown::tests {
namespace {

constexpr StatusCode kInvalid = StatusCode::kInvalidData;
constexpr StatusCode kUnsupported = StatusCode::kUnsupported;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::uint16_t kHalfInfinity = 0x7c00;
constexpr std::uint16_t kHalfNan = 0x7e01;

/// One change to valid_spec() and what check must say about it.
struct Corruption {
  std::function<void(ModelSpec&)> apply;
  StatusCode code;
  const char* where;
  const char* message;
};

void check_all(const std::vector<Corruption>& corruptions) {
  for (std::size_t i = 0; i < corruptions.size(); ++i) {
    CAPTURE(i);
    const Corruption& corruption = corruptions[i];
    ModelSpec spec = valid_spec();
    corruption.apply(spec);
    AlignedBlob blob(serialize(spec));
    const Status status = schema::check(blob.bytes()).status();
    CHECK(status.code() == corruption.code);
    CHECK(std::string(status.where()) == corruption.where);
    CHECK(std::string(status.message()) == corruption.message);
  }
}

OperatorSpec& conv1(ModelSpec& spec) {
  return spec.operators[kConv1];
}
OperatorSpec& conv2(ModelSpec& spec) {
  return spec.operators[kConv2];
}
OperatorSpec& fc(ModelSpec& spec) {
  return spec.operators[kFc];
}
WindowSpec& window(ModelSpec& spec) {
  return spec.operators[kConv1].window;
}
WindowSpec& pool(ModelSpec& spec) {
  return spec.operators[kMaxPool].window;
}

void set_half(std::vector<std::uint8_t>& bytes, std::size_t index, std::uint16_t half) {
  bytes.at(2 * index) = static_cast<std::uint8_t>(half & 0xff);
  bytes.at(2 * index + 1) = static_cast<std::uint8_t>(half >> 8);
}

TEST_CASE("values") {
  const char* const in = "value 0 'input'";
  const char* const rank = "shape: must be (C, H, W) or (N)";
  const char* const dimension = "shape: dimensions must be between 1 and 65536";
  check_all({
      {[](ModelSpec& m) { m.values[0].shape = {}; }, kInvalid, in, rank},
      {[](ModelSpec& m) {
         m.values[0].shape = {8, 8};
       },
       kInvalid, in, rank},
      {[](ModelSpec& m) {
         m.values[0].shape = {1, 3, 8, 8};
       },
       kInvalid, in, rank},
      {[](ModelSpec& m) { m.values[0].shape[1] = 0; }, kInvalid, in, dimension},
      {[](ModelSpec& m) { m.values[0].shape[2] = 65537; }, kInvalid, in, dimension},
      {[](ModelSpec& m) {
         m.values[0].shape = {65536, 65536, 65536};
       },
       kInvalid, in, "shape: more than 2^26 elements"},
      {[](ModelSpec& m) {
         for (int i = 0; i < 5; ++i) m.values.push_back({"big", {1024, 256, 256}, {}});
       },
       kInvalid, "", "values: more than 2^28 elements"},
      {[](ModelSpec& m) { m.values.resize(4097, m.values[0]); }, kInvalid, "",
       "values: more than 4096"},
      {[](ModelSpec& m) { m.values[0].range = schema::ActivationRange(1, 1); }, kInvalid, in,
       "range: min is not below max"},
      {[](ModelSpec& m) { m.values[0].range = schema::ActivationRange(0, kInfinity); }, kInvalid,
       in, "range: not finite"},
      {[](ModelSpec& m) { m.values[0].range = schema::ActivationRange(std::nanf(""), 1); },
       kInvalid, in, "range: not finite"},
      {[](ModelSpec& m) {
         m.values.push_back({"orphan", {4}, {}});
       },
       kInvalid, "value 7 'orphan'", "value: never written"},
  });
}

TEST_CASE("the graph") {
  const char* const conv = "operator 2 'conv2'";
  const char* const index = "inputs: no such value";
  check_all({
      {[](ModelSpec& m) { m.inputs = {}; }, kInvalid, "", "inputs: none"},
      {[](ModelSpec& m) { m.inputs = {7}; }, kInvalid, "", index},
      {[](ModelSpec& m) {
         m.inputs = {0, 0};
       },
       kInvalid, "", "inputs: the same value twice"},
      {[](ModelSpec& m) {
         m.inputs = {0, kStem};
       },
       kInvalid, "operator 0 'conv1'", "outputs: value is a model input or written before"},
      {[](ModelSpec& m) { m.outputs = {}; }, kInvalid, "", "outputs: none"},
      {[](ModelSpec& m) { m.outputs = {0xffffffff}; }, kInvalid, "", "outputs: no such value"},
      {[](ModelSpec& m) { m.outputs = {kInput}; }, kInvalid, "", "outputs: value is a model input"},
      {[](ModelSpec& m) {
         m.values.push_back({"orphan", {4}, {}});
         m.outputs = {7};
       },
       kInvalid, "", "outputs: value is never written"},
      {[](ModelSpec& m) { conv2(m).inputs[1] = 7; }, kInvalid, conv, index},
      {[](ModelSpec& m) { conv2(m).outputs[0] = 7; }, kInvalid, conv, "outputs: no such value"},
      {[](ModelSpec& m) { conv2(m).inputs[1] = kBlock; }, kInvalid, conv,
       "inputs: value is not written before"},
      {[](ModelSpec& m) { std::swap(m.operators[1], m.operators[2]); }, kInvalid,
       "operator 1 'conv2'", "inputs: value is not written before"},
      {[](ModelSpec& m) { conv2(m).outputs = {kPooled}; }, kInvalid, conv,
       "outputs: value is a model input or written before"},
      {[](ModelSpec& m) { conv2(m).outputs = {kInput}; }, kInvalid, conv,
       "outputs: value is a model input or written before"},
      {[](ModelSpec& m) { m.operators.resize(4097, m.operators[0]); }, kInvalid, "",
       "operators: more than 4096"},
      {[](ModelSpec& m) { conv2(m).inputs = {}; }, kInvalid, conv, "inputs: wrong number"},
      {[](ModelSpec& m) { conv2(m).inputs.push_back(kPooled); }, kInvalid, conv,
       "inputs: wrong number"},
      {[](ModelSpec& m) { fc(m).inputs.push_back(kFeatures); }, kInvalid, "operator 4 'fc'",
       "inputs: wrong number"},
      {[](ModelSpec& m) {
         m.values.push_back({"second", {4, 4, 4}, {}});
         conv2(m).outputs.push_back(7);
       },
       kInvalid, conv, "outputs: wrong number"},
      {[](ModelSpec& m) { conv2(m).type = schema::Parameters::NONE; }, kInvalid, conv,
       "parameters: missing"},
      {[](ModelSpec& m) { conv2(m).type = static_cast<schema::Parameters>(77); }, kUnsupported,
       conv, "parameters: unknown operator"},
  });
}

TEST_CASE("shapes and windows") {
  const char* const conv = "operator 0 'conv1'";
  const char* const max_pool = "operator 1 'maxpool'";
  const char* const shape = "outputs: shape is not what kernel, stride and padding give";
  const char* const padding = "padding: must be below the kernel size";
  check_all({
      {[](ModelSpec& m) { window(m).kernel_h = 0; }, kInvalid, conv,
       "kernel: must be between 1 and 64"},
      {[](ModelSpec& m) { window(m).kernel_w = 65; }, kInvalid, conv,
       "kernel: must be between 1 and 64"},
      {[](ModelSpec& m) { window(m).stride_h = 0; }, kInvalid, conv,
       "stride: must be between 1 and 64"},
      {[](ModelSpec& m) { window(m).stride_w = 65535; }, kInvalid, conv,
       "stride: must be between 1 and 64"},
      {[](ModelSpec& m) { window(m).padding_h = 3; }, kInvalid, conv, padding},
      {[](ModelSpec& m) { pool(m).padding_w = 65535; }, kInvalid, max_pool, padding},
      {[](ModelSpec& m) { window(m).kernel_w = 11; }, kInvalid, conv,
       "kernel: larger than the padded input"},
      {[](ModelSpec& m) { window(m).padding_w = 0; }, kInvalid, conv, shape},
      {[](ModelSpec& m) { pool(m).stride_h = 1; }, kInvalid, max_pool, shape},
      {[](ModelSpec& m) { m.values[kPooled].shape[2] = 5; }, kInvalid, max_pool, shape},
      {[](ModelSpec& m) { m.values[kPooled].shape[0] = 5; }, kInvalid, max_pool,
       "outputs: number of channels differs from the input's"},
      {[](ModelSpec& m) { m.values[kPooled].shape = {64}; }, kInvalid, max_pool,
       "outputs: wrong number of dimensions"},
      {[](ModelSpec& m) { m.values[kFeatures].shape = {5}; }, kInvalid, "operator 3 'avgpool'",
       "outputs: number of channels differs from the input's"},
      {[](ModelSpec& m) { fc(m).inputs = {kBlock}; }, kInvalid, "operator 4 'fc'",
       "inputs: wrong number of dimensions"},
      {[](ModelSpec& m) { m.values[kProbabilities].shape = {4}; }, kInvalid, "operator 5 'softmax'",
       "outputs: number of channels differs from the input's"},
      {[](ModelSpec& m) { conv2(m).inputs[1] = kStem; }, kInvalid, "operator 2 'conv2'",
       "inputs: residual is not shaped like the output"},
      {[](ModelSpec& m) {
         window(m).stride_h = 0;
         m.values[kInput].name = "other";
       },
       kInvalid, conv, "stride: must be between 1 and 64"},
      {[](ModelSpec& m) { conv1(m).groups = 0; }, kUnsupported, conv,
       "groups: only 1 is supported"},
      {[](ModelSpec& m) { conv1(m).groups = 3; }, kUnsupported, conv,
       "groups: only 1 is supported"},
      {[](ModelSpec& m) { conv1(m).activation = static_cast<schema::Activation>(2); }, kUnsupported,
       conv, "activation: unknown"},
  });
}

TEST_CASE("tensors") {
  const char* const conv = "operator 0 'conv1'";
  const char* const length = "scale: length differs from what the shapes imply";
  check_all({
      {[](ModelSpec& m) { conv1(m).scale->data.bytes.pop_back(); }, kInvalid, conv, length},
      {[](ModelSpec& m) { conv1(m).scale->data.bytes.clear(); }, kInvalid, conv, length},
      {[](ModelSpec& m) { conv1(m).scale->type = schema::ElementType::float32; }, kInvalid, conv,
       length},
      {[](ModelSpec& m) { conv1(m).scale->data.aligned = false; }, kInvalid, conv,
       "scale: not 64-byte aligned"},
      {[](ModelSpec& m) { conv1(m).scale->type = static_cast<schema::ElementType>(2); },
       kUnsupported, conv, "scale: unknown element type"},
      {[](ModelSpec& m) { set_half(conv1(m).scale->data.bytes, 3, kHalfInfinity); }, kInvalid, conv,
       "scale: holds a number that is not finite"},
      {[](ModelSpec& m) { set_half(conv1(m).weights.dense.data.bytes, 107, kHalfNan); }, kInvalid,
       conv, "weights.values: holds a number that is not finite"},
      {[](ModelSpec& m) { conv1(m).weights.dense = float_tensor(107, 1); }, kInvalid, conv,
       "weights.values: length differs from what the shapes imply"},
      {[](ModelSpec& m) { conv1(m).shift = float_tensor(4, -kInfinity); }, kInvalid, conv,
       "shift: holds a number that is not finite"},
      {[](ModelSpec& m) { conv1(m).shift = float_tensor(5, 0); }, kInvalid, conv,
       "shift: length differs from what the shapes imply"},
      {[](ModelSpec& m) { fc(m).shift = float_tensor(3, std::nanf("")); }, kInvalid,
       "operator 4 'fc'", "bias: holds a number that is not finite"},
      {[](ModelSpec& m) { fc(m).shift = float_tensor(4, 0); }, kInvalid, "operator 4 'fc'",
       "bias: length differs from what the shapes imply"},
  });
}

TEST_CASE("codebooks") {
  const char* const first = "codebook 0";
  const char* const entries = "entries: must be between 1 and 65536";
  const char* const block_size = "block_size: must be between 1 and 256";
  check_all({
      {[](ModelSpec& m) { m.codebooks[0].entries = 0; }, kInvalid, first, entries},
      {[](ModelSpec& m) { m.codebooks[0].entries = 65537; }, kInvalid, first, entries},
      {[](ModelSpec& m) { m.codebooks[0].block_size = 0; }, kInvalid, first, block_size},
      {[](ModelSpec& m) { m.codebooks[0].block_size = 257; }, kInvalid, first, block_size},
      {[](ModelSpec& m) { m.codebooks[0].entries = 17; }, kInvalid, first,
       "values: length differs from what the shapes imply"},
      {[](ModelSpec& m) { m.codebooks[1].aligned = false; }, kInvalid, "codebook 1",
       "values: not 64-byte aligned"},
      {[](ModelSpec& m) { m.codebooks[1].values.back() = kHalfInfinity; }, kInvalid, "codebook 1",
       "values: holds a number that is not finite"},
      {[](ModelSpec& m) {
         m.codebooks.resize(65537, {1, 1, {0}, true});
       },
       kInvalid, "", "codebooks: too many"},
  });
}

TEST_CASE("codes") {
  const char* const conv = "operator 2 'conv2'";
  const char* const linear = "operator 4 'fc'";
  const char* const below = "weights.codes: a code is not below K";
  const char* const high_length = "weights.high_bits: length differs from what the shapes imply";
  const char* const bits = "weights.code_bits: must be between 8 and 16";
  check_all({
      {[](ModelSpec& m) { conv2(m).weights.codes.bytes.back() = 16; }, kInvalid, conv, below},
      {[](ModelSpec& m) { conv2(m).weights.codes.bytes.pop_back(); }, kInvalid, conv,
       "weights.codes: length differs from what the shapes imply"},
      {[](ModelSpec& m) { conv2(m).weights.codes.aligned = false; }, kInvalid, conv,
       "weights.codes: not 64-byte aligned"},
      {[](ModelSpec& m) { conv2(m).weights.codebook = 2; }, kInvalid, conv,
       "weights.codebook: no such codebook"},
      {[](ModelSpec& m) { conv2(m).weights.codebook = 1; }, kInvalid, conv,
       "weights.code_bits: too few for the codebook"},
      {[](ModelSpec& m) { m.codebooks.clear(); }, kInvalid, conv,
       "weights.codebook: no such codebook"},
      {[](ModelSpec& m) {
         m.codebooks[0].block_size = 8;
         m.codebooks[0].values.resize(16 * 8);
       },
       kInvalid, conv, "weights.codebook: columns are no whole number of blocks"},
      {[](ModelSpec& m) { conv2(m).weights.code_bits = 7; }, kInvalid, conv, bits},
      {[](ModelSpec& m) { fc(m).weights.code_bits = 17; }, kInvalid, linear, bits},
      {[](ModelSpec& m) {
         conv2(m).weights.high_bits = BulkSpec{{0}, true};
       },
       kInvalid, conv, "weights.high_bits: present although code_bits is 8"},
      {[](ModelSpec& m) { conv2(m).weights.axis = static_cast<schema::BlockAxis>(1); },
       kUnsupported, conv, "weights.axis: unknown"},
      {[](ModelSpec& m) { conv2(m).weights.order = static_cast<schema::CodeOrder>(1); },
       kUnsupported, conv, "weights.order: unknown"},
      {[](ModelSpec& m) { conv2(m).weights.type = schema::Weights::NONE; }, kInvalid, conv,
       "weights: missing"},
      {[](ModelSpec& m) { conv2(m).weights.type = static_cast<schema::Weights>(3); }, kUnsupported,
       conv, "weights: unknown kind"},
      {[](ModelSpec& m) { fc(m).weights.codes.bytes[2] = 44; }, kInvalid, linear, below},
      {[](ModelSpec& m) { fc(m).weights.high_bits->bytes[0] = 0b110; }, kInvalid, linear, below},
      {[](ModelSpec& m) { fc(m).weights.high_bits->bytes[0] = 0b1100; }, kInvalid, linear,
       "weights.high_bits: unused bits are not zero"},
      {[](ModelSpec& m) { fc(m).weights.high_bits->bytes.push_back(0); }, kInvalid, linear,
       high_length},
      {[](ModelSpec& m) { fc(m).weights.high_bits->aligned = false; }, kInvalid, linear,
       "weights.high_bits: not 64-byte aligned"},
      {[](ModelSpec& m) { fc(m).weights.high_bits.reset(); }, kInvalid, linear,
       "weights.high_bits: missing"},
      {[](ModelSpec& m) { fc(m).weights.code_bits = 16; }, kInvalid, linear, high_length},
      {[](ModelSpec& m) { m.features = 0; }, kInvalid, linear,
       "weights.code_bits: above 8 without the feature split_codes"},
  });
}

TEST_CASE("preprocessing, labels, provenance, golden pair") {
  const char* const mean = "mean: must be a finite number for each channel";
  const char* const std = "std: must be a finite positive number for each channel";
  const char* const crop = "crop_h, crop_w: the model's first input is not (C, crop_h, crop_w)";
  const char* const labels = "labels: number differs from the first output's elements";
  check_all({
      {[](ModelSpec& m) { m.preprocessing->crop_h = 0; }, kInvalid, "preprocessing",
       "crop_h: must be between 1 and resize_shorter"},
      {[](ModelSpec& m) { m.preprocessing->crop_w = 11; }, kInvalid, "preprocessing",
       "crop_w: must be between 1 and resize_shorter"},
      {[](ModelSpec& m) { m.preprocessing->crop_h = 7; }, kInvalid, "preprocessing", crop},
      {[](ModelSpec& m) { m.preprocessing->mean.pop_back(); }, kInvalid, "preprocessing", mean},
      {[](ModelSpec& m) { m.preprocessing->mean = {0.5f}; }, kInvalid, "preprocessing", mean},
      {[](ModelSpec& m) { m.preprocessing->mean[2] = kInfinity; }, kInvalid, "preprocessing", mean},
      {[](ModelSpec& m) { m.preprocessing->std.push_back(1); }, kInvalid, "preprocessing", std},
      {[](ModelSpec& m) { m.preprocessing->std[0] = 0; }, kInvalid, "preprocessing", std},
      {[](ModelSpec& m) { m.preprocessing->std[0] = std::nanf(""); }, kInvalid, "preprocessing",
       std},
      {[](ModelSpec& m) { m.labels.pop_back(); }, kInvalid, "labels", labels},
      {[](ModelSpec& m) { m.labels.push_back("dog"); }, kInvalid, "labels", labels},
      {[](ModelSpec& m) { m.source_sha256.pop_back(); }, kInvalid, "provenance",
       "source_sha256: not 64 hexadecimal digits"},
      {[](ModelSpec& m) { m.source_sha256[5] = 'g'; }, kInvalid, "provenance",
       "source_sha256: not 64 hexadecimal digits"},
      {[](ModelSpec& m) { m.golden->input = float_tensor(191, 0); }, kInvalid, "golden",
       "input: length differs from what the shapes imply"},
      {[](ModelSpec& m) { m.golden->output = float_tensor(3, kInfinity); }, kInvalid, "golden",
       "output: holds a number that is not finite"},
      {[](ModelSpec& m) {
         m.golden->output.type = schema::ElementType::float16;
         m.golden->output.data.bytes.resize(6);
       },
       kInvalid, "golden", "output: not float32"},
      {[](ModelSpec& m) { m.golden->tolerance = -1; }, kInvalid, "golden",
       "tolerance: must be finite and not negative"},
  });
}

}  // namespace
}  // namespace bitdown::tests
