// SPDX-License-Identifier: MIT
// Checkpoints that open, but do not hold a network that can be imported.
#include <functional>
#include <limits>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"
#include "importers/importer.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;
using bitdown::StatusCode;

Failure failure_of(const FakeCheckpoint& checkpoint) {
  return error_of([&] { import_bytes(as_bytes(save_legacy(checkpoint)), "net.pth"); });
}

/// How a tiny ResNet-18 fails after `change`.
Failure after(TinyDialect dialect, const std::function<void(FakeCheckpoint&)>& change) {
  FakeCheckpoint checkpoint = make_checkpoint({dialect});
  change(checkpoint);
  return failure_of(checkpoint);
}

void check(const Failure& failure, StatusCode code, std::string_view part) {
  CAPTURE(failure.message);
  CHECK(failure.code == code);
  CHECK(failure.says(part));
  CHECK(failure.says("net.pth: "));
}

void remove(FakeCheckpoint& checkpoint, const std::string& key) {
  REQUIRE(checkpoint.leaves.erase(key) == 1);
  checkpoint.storages.erase(key);
}

}  // namespace

TEST_CASE("a missing key is named") {
  const std::pair<TinyDialect, const char*> missing[] = {
      {TinyDialect::kKtb, "layer3.1.conv2/centroids"},
      {TinyDialect::kKtb, "layer3.1.conv2/k"},
      {TinyDialect::kKtb, "layer2.0.bn1/bias"},
      {TinyDialect::kKtb, "fc_bias/bias"},
      {TinyDialect::kPqf, "fc.codes_matrix"},
      {TinyDialect::kPqf, "bn1.weight"},
      {TinyDialect::kTorchvision, "layer4.1.bn2.running_var"},
      {TinyDialect::kTorchvision, "conv1.weight"},
  };
  for (const auto& [dialect, key] : missing) {
    const std::string name = key;
    const Failure failure = after(dialect, [&](FakeCheckpoint& net) { remove(net, name); });
    std::string dotted = name;
    for (char& c : dotted) c = c == '/' ? '.' : c;
    check(failure, StatusCode::kInvalidData, "no key '" + dotted + "'");
  }
}

TEST_CASE("a key that has no place in the network is named") {
  for (const auto dialect : {TinyDialect::kKtb, TinyDialect::kPqf, TinyDialect::kTorchvision}) {
    const Failure failure =
        after(dialect, [](FakeCheckpoint& net) { net.add_floats("layer1.0.se/weight", {1}, {1}); });
    check(failure, StatusCode::kUnsupported, "key 'layer1.0.se.weight' has no place in a resnet18");
  }
}

TEST_CASE("shapes must be those of the architecture") {
  check(after(TinyDialect::kPqf,
              [](FakeCheckpoint& net) {
                net.add_halves("bn1.weight", {65}, std::vector<float>(65));
              }),
        StatusCode::kInvalidData, "'bn1.weight' has shape (65) instead of (64)");
  check(
      after(TinyDialect::kTorchvision,
            [](FakeCheckpoint& net) {
              net.leaves["layer1.0.conv2.weight"] = FakeTensor{"shared", {64, 64, 9}, {}, 0, false};
            }),
      StatusCode::kInvalidData, "has shape (64, 64, 9) instead of (64, 64, 3, 3)");
  check(
      after(TinyDialect::kPqf,
            [](FakeCheckpoint& net) {
              net.add_bytes("layer1.0.conv1.codes_matrix", {3, 64}, std::vector<std::uint8_t>(192));
            }),
      StatusCode::kInvalidData, "has shape (3, 64) instead of (64, 3)");
  check(after(TinyDialect::kKtb,
              [](FakeCheckpoint& net) {
                net.add_bytes("layer1.0.conv1/assignments", {191}, std::vector<std::uint8_t>(191));
              }),
        StatusCode::kInvalidData, "has shape (191) instead of (192)");
  check(after(TinyDialect::kPqf, [](FakeCheckpoint& net) { net.add_floats("fc.bias", {0}, {}); }),
        StatusCode::kInvalidData, "'fc.bias' is not a vector");
}

TEST_CASE("codebooks must fit the layer and float16") {
  const auto with_codebook = [](std::vector<std::int64_t> shape, float value) {
    return after(TinyDialect::kPqf, [&](FakeCheckpoint& net) {
      std::size_t count = 1;
      for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
      net.add_floats("layer1.0.conv1.codebook", shape, std::vector<float>(count, value));
    });
  };
  CHECK(with_codebook({7, 192}, 65504.0f).code == StatusCode::kOk);
  check(with_codebook({7, 192}, 65520.0f), StatusCode::kInvalidData, "beyond float16");
  check(with_codebook({7, 192}, std::numeric_limits<float>::quiet_NaN()), StatusCode::kInvalidData,
        "layer1.0.conv1.codebook: element 0 is not finite");
  check(with_codebook({7, 100}, 0), StatusCode::kInvalidData, "do not divide");
  check(with_codebook({7, 288}, 0), StatusCode::kInvalidData, "no codebook");
  check(with_codebook({0, 192}, 0), StatusCode::kInvalidData, "no codebook");
  check(with_codebook({7, 0}, 0), StatusCode::kInvalidData, "no codebook");
  check(with_codebook({65537, 1}, 0), StatusCode::kInvalidData, "no codebook");
  check(with_codebook({7, 8, 24}, 0), StatusCode::kInvalidData, "no codebook");
  check(with_codebook({6, 192}, 0), StatusCode::kInvalidData, "code 6 at");
}

TEST_CASE("codes of the linear layer are signed in the file, never in the network") {
  check(after(TinyDialect::kPqf,
              [](FakeCheckpoint& net) {
                std::vector<std::int16_t> codes(24);
                codes[23] = -1;
                net.add_shorts("fc.codes_matrix", {3, 8}, codes);
              }),
        StatusCode::kInvalidData, "fc.codes_matrix: code -1 at 23");
}

TEST_CASE("the numbers beside a ktb layer must agree with it") {
  const auto with = [](const char* key, FakeLeaf leaf) {
    return after(TinyDialect::kKtb, [&](FakeCheckpoint& net) {
      net.storages.erase(key);
      net.leaves[key] = leaf;
    });
  };
  check(with("layer1.0.conv1/n_blocks", std::int64_t{4}), StatusCode::kInvalidData,
        "'layer1.0.conv1.n_blocks' is 4 instead of 3");
  check(with("layer1.0.conv1/k", std::int64_t{1}), StatusCode::kInvalidData, "is 1 instead of 3");
  check(with("fc/is_conv", true), StatusCode::kInvalidData, "'fc.is_conv' is 1 instead of 0");
  check(with("fc/is_conv", std::int64_t{0}), StatusCode::kInvalidData, "not a bool");
  check(with("fc/k", true), StatusCode::kInvalidData, "'fc.k' is not an integer");
  check(with("fc/centroids", true), StatusCode::kInvalidData, "'fc.centroids' is not a tensor");
}

TEST_CASE("batch-norm must be a number afterwards") {
  const auto with_variance = [](float variance) {
    return after(TinyDialect::kTorchvision, [&](FakeCheckpoint& net) {
      net.add_floats("bn1.running_var", {64}, std::vector<float>(64, variance));
    });
  };
  check(with_variance(-1.0f), StatusCode::kInvalidData, "batch-norm 'bn1' has a negative variance");
  check(with_variance(std::numeric_limits<float>::infinity()), StatusCode::kInvalidData,
        "bn1.running_var: element 0 is not finite");
  check(after(TinyDialect::kTorchvision,
              [](FakeCheckpoint& net) {
                net.add_floats("bn1.weight", {64}, std::vector<float>(64, 3e38f));
                net.add_floats("bn1.running_var", {64}, std::vector<float>(64, 0.0f));
              }),
        StatusCode::kInvalidData, "batch-norm 'bn1' overflows");
}

TEST_CASE("other architectures are described") {
  FakeCheckpoint shorter = make_checkpoint({TinyDialect::kPqf});
  std::erase_if(shorter.leaves,
                [](const auto& item) { return item.first.starts_with("layer4.1"); });
  std::erase_if(shorter.storages,
                [](const auto& item) { return item.first.starts_with("layer4.1"); });
  check(failure_of(shorter), StatusCode::kUnsupported,
        "unknown architecture: stages of 2, 2, 2, 1 basic blocks");

  FakeCheckpoint wide = make_checkpoint({TinyDialect::kTorchvision, 50});
  wide.leaves["layer1.0.conv1.weight"] = FakeTensor{"shared", {128, 64, 1, 1}, {}, 0, false};
  check(failure_of(wide), StatusCode::kUnsupported, "ResNeXt or wide ResNet");

  FakeCheckpoint other;
  other.add_floats("features.0.weight", {1}, {1});
  check(failure_of(other), StatusCode::kUnsupported, "its first key is 'features.0.weight'");
  other.add_floats("features.0.codes_matrix", {1}, {1});
  check(failure_of(other), StatusCode::kUnsupported, "not a ResNet");
  check(failure_of({}), StatusCode::kUnsupported, "without keys");
}
