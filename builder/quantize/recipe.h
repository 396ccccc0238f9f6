// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace bitdown::builder {

enum class Method : std::uint8_t {
  kCovariance,  ///< Error of the layer's output in the full metric of its input (README.md).
  kEm,          ///< Activation-weighted EM of "And the Bit Goes Down", centred.
  kSrc,         ///< Annealed k-means of "Permute, Quantize, and Fine-tune" (SR-C).
  kKmeans,      ///< Plain k-means of the weights, for comparison.
};

enum class Regime : std::uint8_t { kSmall, kLarge };  ///< Of block sizes.

/// What one layer gets instead of what the regime gives it (schedule.h).
struct LayerOverride {
  std::uint32_t block_size = 0;  ///< d; 0: the regime's.
  std::uint32_t entries = 0;     ///< K; 0: the regime's.
  bool keep = false;             ///< Stays dense.
};

/// How a network is quantized. The defaults are what README.md's ablation found best.
struct Recipe {
  Method method = Method::kCovariance;
  Regime regime = Regime::kSmall;
  std::uint64_t seed = 0;
  std::uint32_t entries = 256;                       ///< K of convolutions.
  std::map<std::string, LayerOverride> layers = {};  ///< By the layer's name.

  // Measuring.
  std::size_t rows = 60'000;      ///< Of im2col for a layer's moments, about.
  std::size_t held_rows = 8'192;  ///< Of the images held out.
  unsigned views = 2;             ///< 2: mirrored images too, where rows are few.
  std::uint64_t feature_bytes = std::uint64_t{3} << 30;  ///< Memory for features.

  // What layers see.
  bool sequential = true;  ///< What the quantized layers before give; else what the float ones do.

  // The target.
  bool regression = true;  ///< Correct what earlier layers lost.
  bool residual = true;    ///< Also on the other branch of a residual.

  // The search.
  unsigned kmeans_iterations = 25;
  unsigned rounds = 8;  ///< Of codes, then codebook.
  unsigned cg_iterations = 6;
  double damping = 0.3;         ///< Added to the metric's diagonal, in units of its mean.
  bool normalize = true;        ///< Rows have their own scale, taken up by batch-norm.
  bool coupling = true;         ///< Outputs' errors weigh by what they do to the answers
                                ///< (output_metric.h).
  double output_damping = 0.3;  ///< As damping, for these weights.
  double together = 0.5;        ///< Share of errors that a photograph's positions have in common.
  double shrink = 0;            ///< 0: a channel keeps its variance; 1: least squares.
};

}  // namespace bitdown::builder
