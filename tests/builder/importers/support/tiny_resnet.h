// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "builder/importers/support/fake_checkpoint.h"

namespace bitdown::tests {

/// Real ResNet shapes are the only legal ones; these checkpoints stay small by large blocks, few
/// codewords and few classes, and the uncompressed one by sharing one storage among all layers.

enum class TinyDialect { kKtb, kPqf, kTorchvision };

struct TinyResnet {
  TinyDialect dialect = TinyDialect::kKtb;
  int depth = 18;  ///< 18, 34, 50, 101 or 152.
  std::int64_t classes = 3;
};

/// Codewords of every codebook; element e of codeword k is (k + e % 5) / 4.
inline constexpr std::int64_t kTinyEntries = 7;

/// The code of every layer's output o and block b.
inline std::int64_t tiny_code(std::int64_t output, std::int64_t block) {
  return (3 * output + block) % kTinyEntries;
}

/// Element i, in row-major order, of every uncompressed weight.
inline float tiny_weight(std::int64_t i) {
  return static_cast<float>(i % 13 - 6) / 8.0f;
}

/// Channel c of every batch-norm: weight, and bias, running mean and variance.
inline float tiny_gamma(std::int64_t c) {
  return static_cast<float>(1 + c % 5) / 2.0f;
}
inline constexpr float kTinyBeta = 0.75f;
inline constexpr float kTinyMean = 0.5f;
inline constexpr float kTinyVariance = 3.0f;

FakeCheckpoint make_checkpoint(const TinyResnet& network);

}  // namespace bitdown::tests
