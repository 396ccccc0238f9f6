// SPDX-License-Identifier: MIT
// Damaged checkpoints: an Error or a valid network, never anything else.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/onnx_writer.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"
#include "importers/importer.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;

constexpr TinyDialect kDialects[] = {TinyDialect::kKtb, TinyDialect::kPqf,
                                     TinyDialect::kTorchvision};

/// From memory that ends with the file, so that ASan sees a read beyond.
Failure failure_of(std::span<const std::byte> file) {
  const std::unique_ptr<std::byte[]> copy(new std::byte[file.size()]);
  std::copy(file.begin(), file.end(), copy.get());
  return error_of([&] { import_bytes({copy.get(), file.size()}, "net"); });
}

}  // namespace

TEST_CASE("truncations all over the pickles and the storages are refused") {
  for (const TinyDialect dialect : kDialects) {
    const FakeCheckpoint checkpoint = make_checkpoint({dialect});
    const std::string file = save_legacy(checkpoint);
    const std::size_t pickles = object_pickle(checkpoint).size() + 4096;
    REQUIRE(pickles < file.size());
    // The containers' own tests cut at every byte; here the steps bound the time.
    const std::size_t step = (file.size() - pickles) / 200;
    constexpr std::size_t kPickleStep = 7;
    std::size_t accepted = 0;
    for (std::size_t length = 0; length < file.size();
         length += length < pickles ? kPickleStep : step) {
      accepted += failure_of(as_bytes(file).first(length)).code == bitdown::StatusCode::kOk;
    }
    CHECK(accepted == 0);
  }
}

TEST_CASE("random damage to the structure or the numbers never crashes") {
  const char* chosen = std::getenv("BITDOWN_SEED");
  const unsigned seed =
      chosen != nullptr ? static_cast<unsigned>(std::strtoul(chosen, nullptr, 10)) : 20240607u;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto damage = [&](const std::string& file, std::size_t structure) {
    std::size_t refused = 0;
    constexpr std::size_t kRounds = 1000;
    for (std::size_t round = 0; round < kRounds; ++round) {
      std::string damaged = file;
      const std::size_t range = round % 4 == 0 ? file.size() : structure;
      for (std::size_t i = 0; i <= round % 3; ++i) {
        damaged[random() % range] = static_cast<char>(random());
      }
      refused += failure_of(as_bytes(damaged)).code != bitdown::StatusCode::kOk;
    }
    CHECK(refused > kRounds / 2);
  };
  for (const TinyDialect dialect : {TinyDialect::kKtb, TinyDialect::kPqf}) {
    const FakeCheckpoint checkpoint = make_checkpoint({dialect});
    const std::size_t pickle = object_pickle(checkpoint).size();
    for (const std::string& file :
         {save_legacy(checkpoint), save_zip(checkpoint), save_safetensors(checkpoint)}) {
      damage(file, pickle);
    }
  }
  const std::string onnx = residual_network().save();
  damage(onnx, onnx.find("conv1.weight", onnx.find("fc.bias")));  // Up to the initializers.
}
