// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model_generated.h"

namespace bitdown::tests {

/// model.fbs as plain structs without any rule, so that tests can write what the writer refuses.
struct BulkSpec {
  std::vector<std::uint8_t> bytes;
  bool aligned = true;
};
struct TensorSpec {
  schema::ElementType type = schema::ElementType::float32;
  BulkSpec data;
};
struct CodebookSpec {
  std::uint32_t entries = 0;
  std::uint16_t block_size = 0;
  std::vector<std::uint16_t> values;
  bool aligned = true;
};
struct ValueSpec {
  std::string name;
  std::vector<std::uint32_t> shape;
  std::optional<schema::ActivationRange> range;
};
struct WeightsSpec {
  schema::Weights type = schema::Weights::NONE;
  TensorSpec dense;
  std::uint32_t codebook = 0;
  std::uint8_t code_bits = 8;
  schema::BlockAxis axis = schema::BlockAxis::columns;
  schema::CodeOrder order = schema::CodeOrder::row_major;
  BulkSpec codes;
  std::optional<BulkSpec> high_bits;
};
struct WindowSpec {
  std::uint16_t kernel_h = 1;
  std::uint16_t kernel_w = 1;
  std::uint16_t stride_h = 1;
  std::uint16_t stride_w = 1;
  std::uint16_t padding_h = 0;
  std::uint16_t padding_w = 0;
};
/// The fields of every kind of operator; `type` says which ones are written.
struct OperatorSpec {
  schema::Parameters type = schema::Parameters::NONE;
  std::string name;
  std::vector<std::uint32_t> inputs;
  std::vector<std::uint32_t> outputs;
  WeightsSpec weights;
  bool shares_weights = false;  // Refers to the previous operator's weights instead of its own.
  std::optional<TensorSpec> scale;
  std::optional<TensorSpec> shift;  // Linear's bias.
  WindowSpec window;
  std::uint16_t groups = 1;
  schema::Activation activation = schema::Activation::none;
};
struct PreprocessingSpec {
  std::uint16_t resize_shorter = 0;
  std::uint16_t crop_h = 0;
  std::uint16_t crop_w = 0;
  std::vector<float> mean;
  std::vector<float> std;
};
struct GoldenSpec {
  std::optional<TensorSpec> input;
  TensorSpec output;
  float tolerance = 0;
};
struct ModelSpec {
  schema::Version version{1, 0, 0};
  std::uint64_t features = 0;
  std::vector<ValueSpec> values;
  std::vector<OperatorSpec> operators;
  std::vector<CodebookSpec> codebooks;
  std::vector<std::uint32_t> inputs;
  std::vector<std::uint32_t> outputs;
  std::optional<PreprocessingSpec> preprocessing;
  std::vector<std::string> labels;
  std::string source_sha256;
  std::optional<GoldenSpec> golden;
};

/// Positions in valid_spec().
enum SpecValue : std::uint32_t {
  kInput,
  kStem,
  kPooled,
  kBlock,
  kFeatures,
  kLogits,
  kProbabilities
};
enum SpecOperator : std::uint32_t { kConv1, kMaxPool, kConv2, kAveragePool, kFc, kSoftmax };

/// A small valid network with every operator and field in use: conv1 dense fp16 (4, 3, 3, 3); conv2
/// coded (4, 4, 3, 3), d = 9, K = 16, with residual; fc coded (3, 4), d = 4, K = 300 in 9 bits.
ModelSpec valid_spec();

/// The same for grey photographs: input (1, 8, 8), conv1 (4, 1, 3, 3).
ModelSpec grey_spec();

/// fp32 `value` repeated.
TensorSpec float_tensor(std::size_t count, float value);

/// A finished blob, whatever the spec says.
std::vector<std::byte> serialize(const ModelSpec& spec);

}  // namespace bitdown::tests
