// SPDX-License-Identifier: MIT
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "aligned.h"
#include "error.h"
#include "kernels/half/half.h"
#include "model_generated.h"
#include "schema/check.h"
#include "writer/codes.h"
#include "writer/writer.h"

namespace bitdown::builder {
namespace {

template <typename T>
using Offset = flatbuffers::Offset<T>;
template <typename T>
using VectorOffset = flatbuffers::Offset<flatbuffers::Vector<T>>;

// Bulk vectors are copied as they are in memory and read in place.
static_assert(std::endian::native == std::endian::little);

struct WeightsOffset {
  schema::Weights type = schema::Weights::NONE;
  Offset<void> table;
};

struct ParametersOffset {
  schema::Parameters type = schema::Parameters::NONE;
  Offset<void> table;
};

class BlobBuilder {
 public:
  BlobBuilder(const Graph& graph, DensePrecision precision)
      : graph_(graph), precision_(precision) {}

  std::vector<std::byte> build() {
    fbb_.Align(schema::kAlignment);  // Pads the end of the blob even when no vector asks for it.
    std::vector<Offset<schema::Value>> values;
    for (const Value& value : graph_.values) values.push_back(add_value(value));
    std::vector<Offset<schema::Operator>> operators;
    for (const Node& node : graph_.nodes) operators.push_back(add_operator(node));

    const auto values_offset = fbb_.CreateVector(values);
    const auto operators_offset = fbb_.CreateVector(operators);
    const auto codebooks_offset = fbb_.CreateVector(codebooks_);
    const auto inputs = fbb_.CreateVector(graph_.inputs);
    const auto outputs = fbb_.CreateVector(graph_.outputs);
    const auto preprocessing = graph_.preprocessing ? add_preprocessing(*graph_.preprocessing) : 0;
    const auto labels = graph_.labels.empty() ? 0 : fbb_.CreateVectorOfStrings(graph_.labels);
    const auto provenance = add_provenance();
    const auto golden = graph_.golden ? add_golden(*graph_.golden) : 0;
    const schema::Version version(schema::kVersionMajor, schema::kVersionMinor,
                                  schema::kVersionPatch);
    fbb_.Finish(schema::CreateModel(fbb_, &version, features_, values_offset, operators_offset,
                                    codebooks_offset, inputs, outputs, preprocessing, labels,
                                    provenance, golden),
                schema::ModelIdentifier());
    const auto* bytes = reinterpret_cast<const std::byte*>(fbb_.GetBufferPointer());
    return {bytes, bytes + fbb_.GetSize()};
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(StatusCode::kInvalidData, "operator '" + node_ + "': " + what);
  }

  std::uint16_t narrow(std::uint32_t value, const char* field) const {
    if (value > std::numeric_limits<std::uint16_t>::max()) {
      fail(std::string(field) + ": " + std::to_string(value) + " does not fit 16 bits");
    }
    return static_cast<std::uint16_t>(value);
  }

  std::uint16_t to_half(float value, const char* field) const {
    const std::uint16_t half = kernels::float_to_half(value);
    if ((half & 0x7c00u) == 0x7c00u) {
      fail(std::string(field) + ": " + std::to_string(value) + " does not fit fp16");
    }
    return half;
  }

  std::vector<std::uint16_t> to_halves(const std::vector<float>& values, const char* field) const {
    std::vector<std::uint16_t> halves;
    halves.reserve(values.size());
    for (float value : values) halves.push_back(to_half(value, field));
    return halves;
  }

  template <typename T>
  VectorOffset<T> bulk(const T* data, std::size_t count) {
    fbb_.ForceVectorAlignment(count, sizeof(T), schema::kAlignment);
    return fbb_.CreateVector(data, count);
  }

  Offset<schema::Value> add_value(const Value& value) {
    if (!value.range) {
      return schema::CreateValueDirect(fbb_, value.name.c_str(), &value.shape);
    }
    const schema::ActivationRange range(value.range->min, value.range->max);
    return schema::CreateValueDirect(fbb_, value.name.c_str(), &value.shape, &range);
  }

  Offset<schema::Tensor> add_tensor(const std::vector<float>& values, const char* field) {
    return add_tensor(values, field, precision_);
  }

  Offset<schema::Tensor> add_tensor(const std::vector<float>& values, const char* field,
                                    DensePrecision precision) {
    if (precision == DensePrecision::kFloat16) {
      const std::vector<std::uint16_t> halves = to_halves(values, field);
      const auto data =
          bulk(reinterpret_cast<const std::uint8_t*>(halves.data()), halves.size() * 2);
      return schema::CreateTensor(fbb_, schema::ElementType::float16, data);
    }
    for (float value : values) {
      if (!std::isfinite(value)) fail(std::string(field) + ": not a finite number");
    }
    const auto data = bulk(reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * 4);
    return schema::CreateTensor(fbb_, schema::ElementType::float32, data);
  }

  Offset<schema::Tensor> add_optional_tensor(const std::vector<float>& values, const char* field) {
    return values.empty() ? 0 : add_tensor(values, field);
  }

  WeightsOffset add_weights(const DenseMatrix& matrix) {
    if (matrix.values.size() != std::uint64_t{matrix.rows} * matrix.columns) {
      fail("weights: count differs from rows x columns");
    }
    const auto tensor = add_tensor(matrix.values, "weights");
    return {schema::Weights::DenseWeights, schema::CreateDenseWeights(fbb_, tensor).Union()};
  }

  WeightsOffset add_weights(const CodedMatrix& matrix) {
    check_codes(matrix);
    const std::vector<std::uint16_t> values = to_halves(matrix.codebook, "codebook");
    const std::uint32_t index = static_cast<std::uint32_t>(codebooks_.size());
    codebooks_.push_back(schema::CreateCodebook(fbb_, matrix.entries(),
                                                narrow(matrix.block_size, "block size"),
                                                bulk(values.data(), values.size())));
    const CodePlanes planes = split_codes(matrix.codes, matrix.entries());
    const auto codes = bulk(planes.low.data(), planes.low.size());
    VectorOffset<std::uint8_t> high_bits = 0;
    if (planes.code_bits > 8) {
      high_bits = bulk(planes.high.data(), planes.high.size());
      features_ = schema::Feature::split_codes;
    }
    const auto table =
        schema::CreateCodedWeights(fbb_, index, planes.code_bits, schema::BlockAxis::columns,
                                   schema::CodeOrder::row_major, codes, high_bits);
    return {schema::Weights::CodedWeights, table.Union()};
  }

  // What packing would silently cut off; the rest is schema::check's.
  void check_codes(const CodedMatrix& matrix) const {
    if (matrix.block_size == 0 || matrix.codebook.empty() ||
        matrix.codebook.size() % matrix.block_size != 0 || matrix.entries() > 65536) {
      fail("codebook: must have 1 to 65536 entries of block size values");
    }
    if (matrix.columns % matrix.block_size != 0) fail("weights: columns are no whole blocks");
    if (matrix.codes.size() != std::uint64_t{matrix.rows} * matrix.blocks()) {
      fail("codes: count differs from rows x blocks");
    }
    for (std::uint16_t code : matrix.codes) {
      if (code >= matrix.entries()) fail("codes: " + std::to_string(code) + " is not below K");
    }
  }

  WeightsOffset add_weights(const Weights& weights) {
    return std::visit([this](const auto& matrix) { return add_weights(matrix); }, weights);
  }

  ParametersOffset add_parameters(const Convolution& op) {
    const WeightsOffset weights = add_weights(op.weights);
    const auto scale = add_optional_tensor(op.scale, "scale");
    const auto shift = add_optional_tensor(op.shift, "shift");
    const std::uint16_t kernel = narrow(op.kernel, "kernel");
    const std::uint16_t stride = narrow(op.stride, "stride");
    const std::uint16_t padding = narrow(op.padding, "padding");
    const auto table = schema::CreateConvolution(
        fbb_, weights.type, weights.table, scale, shift, kernel, kernel, stride, stride, padding,
        padding, 1, op.relu ? schema::Activation::relu : schema::Activation::none);
    return {schema::Parameters::Convolution, table.Union()};
  }

  ParametersOffset add_parameters(const Linear& op) {
    const WeightsOffset weights = add_weights(op.weights);
    const auto bias = add_optional_tensor(op.bias, "bias");
    const auto table = schema::CreateLinear(fbb_, weights.type, weights.table, bias);
    return {schema::Parameters::Linear, table.Union()};
  }

  ParametersOffset add_parameters(const MaxPool& op) {
    const std::uint16_t kernel = narrow(op.kernel, "kernel");
    const std::uint16_t stride = narrow(op.stride, "stride");
    const std::uint16_t padding = narrow(op.padding, "padding");
    const auto table =
        schema::CreateMaxPool(fbb_, kernel, kernel, stride, stride, padding, padding);
    return {schema::Parameters::MaxPool, table.Union()};
  }

  ParametersOffset add_parameters(const GlobalAveragePool&) {
    return {schema::Parameters::GlobalAveragePool, schema::CreateGlobalAveragePool(fbb_).Union()};
  }

  ParametersOffset add_parameters(const Softmax&) {
    return {schema::Parameters::Softmax, schema::CreateSoftmax(fbb_).Union()};
  }

  Offset<schema::Operator> add_operator(const Node& node) {
    node_ = node.name;
    const ParametersOffset parameters =
        std::visit([this](const auto& op) { return add_parameters(op); }, node.op);
    const auto name = fbb_.CreateString(node.name);
    const auto inputs = fbb_.CreateVector(node.inputs);
    const auto outputs = fbb_.CreateVector(&node.output, 1);
    return schema::CreateOperator(fbb_, name, inputs, outputs, parameters.type, parameters.table);
  }

  Offset<schema::Preprocessing> add_preprocessing(const Preprocessing& from) {
    node_ = "preprocessing";
    const auto mean = fbb_.CreateVector(from.mean, from.channels);
    const auto std = fbb_.CreateVector(from.std, from.channels);
    return schema::CreatePreprocessing(fbb_, narrow(from.resize_shorter, "resize_shorter"),
                                       narrow(from.crop_height, "crop_h"),
                                       narrow(from.crop_width, "crop_w"), mean, std);
  }

  Offset<schema::Provenance> add_provenance() {
    const Provenance& from = graph_.provenance;
    const char* version = from.tool_version.empty() ? BITDOWN_VERSION : from.tool_version.c_str();
    return schema::CreateProvenanceDirect(fbb_, from.source_file.c_str(),
                                          from.source_sha256.c_str(), from.source_format.c_str(),
                                          from.architecture.c_str(), version);
  }

  Offset<schema::Golden> add_golden(const Golden& golden) {
    node_ = "golden";
    Offset<schema::Tensor> input;
    if (!golden.input.empty()) {
      input = add_tensor(golden.input, "input", DensePrecision::kFloat32);
    }
    const auto output = add_tensor(golden.output, "output", DensePrecision::kFloat32);
    return schema::CreateGolden(fbb_, input, output, golden.tolerance);
  }

  const Graph& graph_;
  const DensePrecision precision_;
  flatbuffers::FlatBufferBuilder fbb_;
  std::vector<Offset<schema::Codebook>> codebooks_;
  schema::Feature features_ = schema::Feature::NONE;
  std::string node_;  // For messages.
};

void check_blob(const std::vector<std::byte>& blob) {
  const AlignedBuffer aligned = aligned_copy(blob);
  const auto checked = schema::check(aligned.span());
  if (checked.ok()) return;
  const Status& status = checked.status();
  throw Error(StatusCode::kInvalidData,
              std::string(status.where()) + (*status.where() ? ": " : "") + status.message());
}

}  // namespace

AlignedBuffer aligned_copy(const std::vector<std::byte>& blob) {
  AlignedBuffer copy(blob.size());
  if (!copy.allocated()) throw std::bad_alloc();
  std::memcpy(copy.span().data(), blob.data(), blob.size());
  return copy;
}

std::vector<std::byte> write_blob(const Graph& graph, DensePrecision precision) {
  std::vector<std::byte> blob = BlobBuilder(graph, precision).build();
  check_blob(blob);
  return blob;
}

}  // namespace bitdown::builder
