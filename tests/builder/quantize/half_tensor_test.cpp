// SPDX-License-Identifier: MIT
#include "quantize/half_tensor.h"

#include <cmath>
#include <limits>

#include "doctest/doctest.h"
#include "support/random.h"

namespace bitdown::tests {
namespace {

TEST_CASE("numbers of any size survive with eleven bits") {
  CAPTURE(test_seed());
  Uniform random(test_seed());
  for (const float size : {1e-3f, 1.0f, 16384.0f, 65504.0f, 1e6f, 1e30f}) {
    std::vector<float> values(1000);
    for (float& value : values) value = random() * size;
    values[0] = -size;
    const builder::HalfTensor tensor(values);
    std::vector<float> back(tensor.size());
    tensor.unpack(back);
    for (std::size_t i = 0; i < values.size(); ++i) {
      CHECK(std::fabs(back[i] - values[i]) <= size * 0x1p-11f);
    }
  }
}

TEST_CASE("zeros stay zeros") {
  const std::vector<float> zeros(3, 0.0f);
  const builder::HalfTensor tensor(zeros);
  std::vector<float> back(3, 1.0f);
  tensor.unpack(back);
  CHECK(back == zeros);
}

}  // namespace
}  // namespace bitdown::tests
