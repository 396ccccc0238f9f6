// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/compare.h"
#include "finetune/finetune.h"
#include "quantize/result.h"
#include "report/size_report.h"

namespace bitdown::apps {

/// A layer that was quantized.
struct BuiltLayer {
  builder::LayerSize size;  ///< As it is in the blob.
  double start_error = 0;   ///< builder::LayerResult's.
  double error = 0;
  double held_out = 0;
  double ridge = 0;
  double share = 0;
};

/// A fraction of photographs whose first class is right.
struct Accuracy {
  std::size_t photos = 0;
  double source = 0;  ///< The float network.
  double exact = 0;   ///< The blob in float32,
  double fast = 0;    ///< and in 8 bits.
};

/// How the blob answers images, against the float network.
struct Answers {
  std::vector<std::filesystem::path> images;
  builder::Comparison comparison;  ///< comparison.images: those of `images`.
  std::size_t used = 0;
  std::size_t same_class = 0;
  std::vector<std::size_t> worst;  ///< Of `images`, the largest error first.

  double agreement() const { return static_cast<double>(same_class) / static_cast<double>(used); }
};

/// What one build made, and of what.
struct BuildResult {
  std::string network;
  std::string output;
  std::string architecture;
  std::string source_sha256;
  std::string recipe;  ///< text_of().
  std::size_t images = 0;
  std::size_t skipped = 0;
  unsigned jobs = 0;
  double seconds = 0;
  std::uint64_t bytes_float = 0;  ///< Of the float network's numbers, four each.
  builder::SizeReport size;
  std::vector<BuiltLayer> layers;
  std::optional<builder::TuningResult> tuning;  ///< When it was fine-tuned.
  std::optional<Answers> answers;               ///< On every tenth of the images, when asked for.
  std::optional<Accuracy> accuracy;             ///< When labels are given.

  double ratio() const {
    return static_cast<double>(bytes_float) / static_cast<double>(size.bytes_file);
  }
  /// The mean of the layers' errors on images held out.
  double mean_held_out() const;
};

}  // namespace bitdown::apps
