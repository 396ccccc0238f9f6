// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>

#include "doctest/doctest.h"
#include "error.h"
#include "kernels/half/half.h"
#include "model_generated.h"
#include "schema/check.h"
#include "support/aligned_blob.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace bitdown::tests {
namespace {

using builder::CodedMatrix;
using builder::Convolution;
using builder::DenseMatrix;
using builder::DensePrecision;
using builder::Graph;
using builder::Linear;

const schema::Model& checked(AlignedBlob& blob) {
  const auto model = schema::check(blob.bytes());
  REQUIRE_MESSAGE(model.ok(), model.status().where() << " " << model.status().message());
  return **model;
}

std::vector<float> numbers(const schema::Tensor& tensor) {
  const auto* data = tensor.data()->data();
  const bool half = tensor.element_type() == schema::ElementType::float16;
  std::vector<float> result(tensor.data()->size() / (half ? 2 : 4));
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::uint16_t bits = 0;
    if (half) std::memcpy(&bits, data + 2 * i, 2);
    if (half) result[i] = kernels::half_to_float(bits);
    if (!half) std::memcpy(&result[i], data + 4 * i, 4);
  }
  return result;
}

std::vector<float> numbers(const schema::Codebook& codebook) {
  std::vector<float> result;
  for (std::uint16_t bits : *codebook.values()) result.push_back(kernels::half_to_float(bits));
  return result;
}

/// Reads the high plane bit by bit, as model.fbs puts it.
std::vector<std::uint16_t> codes(const schema::CodedWeights& weights) {
  const unsigned width = weights.code_bits() - 8u;
  std::vector<std::uint16_t> result;
  for (std::uint32_t i = 0; i < weights.codes()->size(); ++i) {
    unsigned code = weights.codes()->Get(i);
    for (unsigned j = 0; j < width; ++j) {
      const std::uint32_t bit = i * width + j;
      code |= (weights.high_bits()->Get(bit / 8) >> (bit % 8) & 1u) << (8 + j);
    }
    result.push_back(static_cast<std::uint16_t>(code));
  }
  return result;
}

void check_weights(const schema::Model& model, schema::Weights type, const void* table,
                   const builder::Weights& expected) {
  if (const auto* dense = std::get_if<DenseMatrix>(&expected)) {
    REQUIRE(type == schema::Weights::DenseWeights);
    CHECK(numbers(*static_cast<const schema::DenseWeights*>(table)->values()) == dense->values);
    return;
  }
  const auto& coded = std::get<CodedMatrix>(expected);
  REQUIRE(type == schema::Weights::CodedWeights);
  const auto& stored = *static_cast<const schema::CodedWeights*>(table);
  const schema::Codebook& codebook = *model.codebooks()->Get(stored.codebook());
  CHECK(codebook.entries() == coded.entries());
  CHECK(codebook.block_size() == coded.block_size);
  CHECK(numbers(codebook) == coded.codebook);
  CHECK(codes(stored) == coded.codes);
}

void check_operator(const schema::Model& model, const schema::Operator& op,
                    const builder::Node& node) {
  CAPTURE(node.name);
  CHECK(op.name()->str() == node.name);
  CHECK(
      std::equal(op.inputs()->begin(), op.inputs()->end(), node.inputs.begin(), node.inputs.end()));
  CHECK(op.outputs()->Get(0) == node.output);
  if (const auto* convolution = std::get_if<Convolution>(&node.op)) {
    const schema::Convolution& stored = *op.parameters_as_Convolution();
    check_weights(model, stored.weights_type(), stored.weights(), convolution->weights);
    CHECK(numbers(*stored.scale()) == convolution->scale);
    CHECK(numbers(*stored.shift()) == convolution->shift);
    CHECK(stored.kernel_h() == convolution->kernel);
    CHECK(stored.stride_w() == convolution->stride);
    CHECK(stored.padding_h() == convolution->padding);
    CHECK((stored.activation() == schema::Activation::relu) == convolution->relu);
  } else if (const auto* linear = std::get_if<Linear>(&node.op)) {
    const schema::Linear& stored = *op.parameters_as_Linear();
    check_weights(model, stored.weights_type(), stored.weights(), linear->weights);
    CHECK(numbers(*stored.bias()) == linear->bias);
  }
}

TEST_CASE("what is written is read back, in both precisions") {
  const Graph graph = tiny_network();
  for (const auto precision : {DensePrecision::kFloat16, DensePrecision::kFloat32}) {
    AlignedBlob blob(write_blob(graph, precision));
    const schema::Model& model = checked(blob);
    REQUIRE(model.operators()->size() == graph.nodes.size());
    for (std::uint32_t i = 0; i < model.operators()->size(); ++i) {
      check_operator(model, *model.operators()->Get(i), graph.nodes[i]);
    }
    CHECK(model.outputs()->size() == 2);
    CHECK(model.labels()->size() == 37);
    CHECK(model.labels()->Get(36)->str() == graph.labels[36]);
    CHECK(model.preprocessing()->crop_h() == graph.preprocessing->crop_height);
    CHECK(model.preprocessing()->std()->Get(2) == graph.preprocessing->std[2]);
    CHECK(model.provenance()->architecture()->str() == "tiny");
    CHECK(model.provenance()->source_sha256()->str() == graph.provenance.source_sha256);
    CHECK_FALSE(model.provenance()->tool_version()->str().empty());
    CHECK(model.required_features() == schema::Feature::split_codes);
  }
}

TEST_CASE("version and features say what a reader needs") {
  TinyNetworkOptions options;
  options.classifier_entries = 256;
  AlignedBlob blob(write_blob(tiny_network(options), DensePrecision::kFloat16));
  const schema::Model& model = checked(blob);
  CHECK(model.version()->major() == schema::kVersionMajor);
  CHECK(model.version()->minor() == schema::kVersionMinor);
  CHECK(model.version()->patch() == schema::kVersionPatch);
  CHECK(model.required_features() == schema::Feature::NONE);
}

void check_aligned(AlignedBlob& blob, const void* data) {
  CHECK((static_cast<const std::byte*>(data) - blob.bytes().data()) % schema::kAlignment == 0);
}

TEST_CASE("bulk vectors lie on 64-byte boundaries of the blob") {
  for (const auto precision : {DensePrecision::kFloat16, DensePrecision::kFloat32}) {
    AlignedBlob blob(write_blob(tiny_network(), precision));
    const schema::Model& model = checked(blob);
    CHECK(blob.bytes().size() % schema::kAlignment == 0);
    for (const auto* codebook : *model.codebooks()) check_aligned(blob, codebook->values()->Data());
    for (const auto* op : *model.operators()) {
      const auto* convolution = op->parameters_as_Convolution();
      if (convolution == nullptr) continue;
      check_aligned(blob, convolution->scale()->data()->data());
      check_aligned(blob, convolution->shift()->data()->data());
      const auto* coded = convolution->weights_as_CodedWeights();
      if (coded != nullptr) check_aligned(blob, coded->codes()->data());
      const auto* dense = convolution->weights_as_DenseWeights();
      if (dense != nullptr) check_aligned(blob, dense->values()->data()->data());
    }
    const auto* fc = model.operators()->Get(9)->parameters_as_Linear();
    REQUIRE(fc != nullptr);
    check_aligned(blob, fc->bias()->data()->data());
    check_aligned(blob, fc->weights_as_CodedWeights()->codes()->data());
    check_aligned(blob, fc->weights_as_CodedWeights()->high_bits()->data());
  }
}

TEST_CASE("the same graph gives the same bytes") {
  const auto first = write_blob(tiny_network(), DensePrecision::kFloat16);
  CHECK(first == write_blob(tiny_network(), DensePrecision::kFloat16));
  TinyNetworkOptions other;
  other.seed = 2;
  CHECK(first != write_blob(tiny_network(other), DensePrecision::kFloat16));
}

std::string refusal(const std::function<void(Graph&)>& corrupt,
                    DensePrecision precision = DensePrecision::kFloat16) {
  Graph graph = smallest_network();
  corrupt(graph);
  try {
    write_blob(graph, precision);
  } catch (const builder::Error& error) {
    CHECK(error.code() == StatusCode::kInvalidData);
    return error.what();
  }
  return "accepted";
}

Convolution& stem(Graph& graph) {
  return std::get<Convolution>(graph.nodes[0].op);
}
CodedMatrix& coded(Graph& graph) {
  return std::get<CodedMatrix>(std::get<Convolution>(graph.nodes[2].op).weights);
}

TEST_CASE("numbers that do not fit are refused by name") {
  CHECK(refusal([](Graph& g) { stem(g).scale[1] = 70000.0f; }) ==
        "operator 'conv1': scale: 70000.000000 does not fit fp16");
  CHECK(refusal([](Graph& g) { coded(g).codebook[0] = -1e9f; }, DensePrecision::kFloat32) ==
        "operator 'conv2': codebook: -1000000000.000000 does not fit fp16");
  CHECK(refusal([](Graph& g) { stem(g).scale[1] = 70000.0f; }, DensePrecision::kFloat32) ==
        "accepted");
  CHECK(refusal([](Graph& g) { stem(g).shift[0] = HUGE_VALF; }, DensePrecision::kFloat32) ==
        "operator 'conv1': shift: not a finite number");
  CHECK(refusal([](Graph& g) { stem(g).stride = 65537; }) ==
        "operator 'conv1': stride: 65537 does not fit 16 bits");
}

TEST_CASE("an inconsistent graph is refused by name") {
  CHECK(refusal([](Graph& g) { std::get<DenseMatrix>(stem(g).weights).values.pop_back(); }) ==
        "operator 'conv1': weights: count differs from rows x columns");
  CHECK(refusal([](Graph& g) { coded(g).codes[3] = 16; }) ==
        "operator 'conv2': codes: 16 is not below K");
  CHECK(refusal([](Graph& g) { coded(g).codes.pop_back(); }) ==
        "operator 'conv2': codes: count differs from rows x blocks");
  CHECK(refusal([](Graph& g) { coded(g).block_size = 0; }) ==
        "operator 'conv2': codebook: must have 1 to 65536 entries of block size values");
  CHECK(refusal([](Graph& g) { coded(g).block_size = 8; }) ==
        "operator 'conv2': weights: columns are no whole blocks");
  CHECK(refusal([](Graph& g) { g.nodes[2].inputs[0] = 99; }) ==
        "operator 2 'conv2': inputs: no such value");
  CHECK(refusal([](Graph& g) { g.labels.pop_back(); }) ==
        "labels: labels: number differs from the first output's elements");
}

}  // namespace
}  // namespace bitdown::tests
