// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "finetune/finetune.h"
#include "graph/graph.h"

namespace bitdown::apps {

struct TuningJob {
  std::string network;  ///< For error lines.
  std::vector<std::filesystem::path> images;
  unsigned jobs = 1;
  builder::Tuning tuning;
  std::string state;    ///< File that keeps finished epochs.
  std::string subject;  ///< What else the state depends on than images and settings.
};

/// builder::finetune with a progress bar on a terminal and a line an epoch elsewhere, on stderr.
/// Images that cannot be used are named and skipped. Throws Failure.
builder::TuningResult finetune_on_images(const TuningJob& job, builder::Graph& student,
                                         const builder::Graph& teacher);

/// Before long work that ends in fine-tuning. Throws Failure(kUnsupported).
void refuse_without_libtorch();

inline constexpr std::size_t kTuningCalibrationImages = 200;

}  // namespace bitdown::apps
