// SPDX-License-Identifier: MIT
#include "finetune/batches.h"

#include <numeric>

#include "builder/quantize/support/noise.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

TEST_CASE("uncut images are as they are, or mirrored") {
  Noise noise(8, {});
  const std::vector<std::uint32_t> shape = {3, 9, 13};
  const builder::Images images(noise, shape, 1);
  const builder::Batches batches(images, shape);
  std::vector<std::size_t> order(8);
  std::iota(order.begin(), order.end(), 0);
  const torch::Tensor plain = batches.plain(order);
  CHECK(plain.sizes() == torch::IntArrayRef({8, 3, 9, 13}));
  builder::Random random(1, 1);
  const torch::Tensor augmented = batches.augmented(order, 1, random);
  int mirrored = 0;
  for (int i = 0; i < 8; ++i) {
    const bool same = torch::allclose(augmented[i], plain[i], 1e-3, 1e-3);
    CHECK((same || torch::allclose(augmented[i], plain[i].flip({2}), 1e-3, 1e-3)));
    mirrored += same ? 0 : 1;
  }
  CHECK(mirrored > 0);
  CHECK(mirrored < 8);
}

// A ramp in each direction: the extent of its values is that of the part.
class Ramp : public builder::CalibrationInputs {
 public:
  std::size_t count() const override { return 1; }
  bool load(std::size_t, std::span<float> input) override {
    for (std::size_t i = 0; i < 64 * 64; ++i) {
      input[i] = static_cast<float>(i % 64);
      input[64 * 64 + i] = static_cast<float>(i / 64);
    }
    return true;
  }
};

TEST_CASE("parts are as large as asked for, and inside the image") {
  Ramp ramp;
  const std::vector<std::uint32_t> shape = {2, 64, 64};
  const builder::Images images(ramp, shape, 1);
  const builder::Batches batches(images, shape);
  builder::Random random(2, 2);
  const std::size_t first[] = {0};
  for (int i = 0; i < 50; ++i) {
    const torch::Tensor part = batches.augmented(first, 0.5, random)[0];
    const torch::Tensor extent = part.amax({1, 2}) - part.amin({1, 2});
    const double share = (extent[0] * extent[1]).item<double>() / (63.0 * 63.0);
    CHECK(share > 0.47);
    CHECK(share <= 1.001);
  }
}

}  // namespace
}  // namespace bitdown::tests
