// SPDX-License-Identifier: MIT
#include "schema/check.h"

#include <string>

#include "doctest/doctest.h"
#include "schema/model_spec.h"
#include "support/aligned_blob.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace bitdown::tests {
namespace {

Status check_spec(const ModelSpec& spec) {
  AlignedBlob blob(serialize(spec));
  return schema::check(blob.bytes()).status();
}

TEST_CASE("the model of a valid blob points into it") {
  AlignedBlob blob(serialize(valid_spec()));
  const auto model = schema::check(blob.bytes());
  REQUIRE_MESSAGE(model.ok(), model.status().where() << " " << model.status().message());
  const auto* root = reinterpret_cast<const std::byte*>(*model);
  CHECK(root > blob.bytes().data());
  CHECK(root < blob.bytes().data() + blob.bytes().size());
  CHECK((*model)->operators()->size() == 6);
}

TEST_CASE("optional fields may be absent") {
  ModelSpec spec = valid_spec();
  spec.values[kInput].range.reset();
  spec.operators[kConv1].scale.reset();
  spec.operators[kConv1].shift.reset();
  spec.operators[kConv2].inputs.pop_back();
  spec.operators[kFc].shift.reset();
  spec.preprocessing.reset();
  spec.labels.clear();
  spec.source_sha256.clear();
  spec.golden.reset();
  const Status status = check_spec(spec);
  CHECK_MESSAGE(status.ok(), status.where() << " " << status.message());
}

TEST_CASE("photographs may be grey, and other inputs are no photographs") {
  ModelSpec spec = grey_spec();
  CHECK(check_spec(spec).ok());
  spec.preprocessing->mean = spec.preprocessing->std = {0.5f, 0.5f, 0.5f};
  CHECK_FALSE(check_spec(spec).ok());
  spec = grey_spec();
  spec.values[kInput].shape = {2, 8, 8};
  spec.operators[kConv1].weights.dense.data.bytes.resize(4 * 2 * 9 * 2);
  spec.golden.reset();
  spec.preprocessing->mean = spec.preprocessing->std = {0.5f, 0.5f};
  const Status status = check_spec(spec);
  CHECK(std::string(status.message()) ==
        "mean: the model's first input has neither 1 nor 3 channels");
  spec.preprocessing.reset();
  CHECK(check_spec(spec).ok());
}

TEST_CASE("any minor version and patch of this major version is read") {
  ModelSpec spec = valid_spec();
  spec.version = schema::Version(1, 7, 9);
  CHECK(check_spec(spec).ok());
}

TEST_CASE("another major version is unsupported, whatever else is in the blob") {
  ModelSpec spec = valid_spec();
  spec.version = schema::Version(2, 3, 0);
  std::vector<std::byte> newer = serialize(spec);
  newer.resize(newer.size() - 100);  // To this build's eyes the tables are broken.
  AlignedBlob blob(newer);
  const Status status = schema::check(blob.bytes()).status();
  CHECK(status.code() == StatusCode::kUnsupported);
  CHECK(std::string(status.where()) == "blob format 2.3");
  CHECK(std::string(status.message()) == "version: newer than this build reads (1.x)");

  spec.version = schema::Version(0, 9, 0);
  const Status older = check_spec(spec);
  CHECK(older.code() == StatusCode::kUnsupported);
  CHECK(std::string(older.message()) == "version: older than this build reads (1.x)");
}

TEST_CASE("an unknown required feature is unsupported") {
  ModelSpec spec = valid_spec();
  spec.features |= std::uint64_t{1} << 63;
  const Status status = check_spec(spec);
  CHECK(status.code() == StatusCode::kUnsupported);
  CHECK(std::string(status.message()) ==
        "required_features: the blob needs a feature that this build does not know");
}

TEST_CASE("a blob must start on a 64-byte boundary") {
  std::vector<std::byte> bytes = serialize(valid_spec());
  bytes.insert(bytes.begin(), 8, std::byte{0});
  AlignedBlob blob(bytes);
  const Status status = schema::check(blob.bytes().subspan(8)).status();
  CHECK(status.code() == StatusCode::kInvalidArgument);
}

TEST_CASE("other files and empty ones are no blobs") {
  CHECK(schema::check({}).status().code() == StatusCode::kInvalidData);
  const std::string text(4096, 'x');
  AlignedBlob blob(std::as_bytes(std::span(text)));
  const Status status = schema::check(blob.bytes()).status();
  CHECK(status.code() == StatusCode::kInvalidData);
  CHECK(std::string(status.message()) ==
        "identifier: not a Bitdown blob (no BDN1); bitdown import makes one");
}

TEST_CASE("a blob above 1 GiB is refused before it is read") {
  AlignedBlob blob(serialize(valid_spec()));
  const std::span<const std::byte> claimed(blob.bytes().data(), schema::Limits::kBlobBytes + 64);
  const Status status = schema::check(claimed).status();
  CHECK(status.code() == StatusCode::kInvalidData);
  CHECK(std::string(status.message()) == "blob: larger than 1 GiB");
}

/// `count` 1x1 convolutions that refer to the same 8 KiB of weights.
ModelSpec shared_weights_spec(std::uint32_t count) {
  ModelSpec spec;
  spec.values = {{"input", {64, 1, 1}, {}}};
  for (std::uint32_t i = 0; i < count; ++i) {
    OperatorSpec op;
    op.type = schema::Parameters::Convolution;
    op.name = "conv";
    op.inputs = {i};
    op.outputs = {i + 1};
    op.weights.type = schema::Weights::DenseWeights;
    op.weights.dense = {schema::ElementType::float16, {}};
    op.weights.dense.data.bytes.assign(64 * 64 * 2, 0);
    op.shares_weights = i > 0;
    spec.operators.push_back(op);
    spec.values.push_back({"value", {64, 1, 1}, {}});
  }
  spec.inputs = {0};
  spec.outputs = {count};
  return spec;
}

TEST_CASE("operators may share weights, but not to keep check busy for hours") {
  CHECK(check_spec(shared_weights_spec(10)).ok());
  const Status status = check_spec(shared_weights_spec(100));
  CHECK(status.code() == StatusCode::kInvalidData);
  CHECK(std::string(status.message()) == "weights.values: bulk vectors are shared too often");
}

TEST_CASE("a long or hostile name is cut and cleaned in where()") {
  ModelSpec spec = valid_spec();
  spec.operators[kConv1].name = "\x1b[31m" + std::string(100, 'n');
  spec.operators[kConv1].groups = 2;
  const Status status = check_spec(spec);
  CHECK(std::string(status.where()) == "operator 0 '?[31m" + std::string(35, 'n') + "'");
}

TEST_CASE("what the writer makes is valid") {
  for (const auto precision :
       {builder::DensePrecision::kFloat16, builder::DensePrecision::kFloat32}) {
    for (const bool dense : {false, true}) {
      TinyNetworkOptions options;
      options.dense = dense;
      options.height = 33;
      options.width = 29;
      AlignedBlob blob(write_blob(tiny_network(options), precision));
      CHECK(schema::check(blob.bytes()).ok());
    }
  }
}

}  // namespace
}  // namespace bitdown::tests
