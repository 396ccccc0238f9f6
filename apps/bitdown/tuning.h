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
  std::string output;         ///< OUTPUT.tuning.partial keeps finished epochs.
  std::string subject;        ///< What else they depend on than images and settings.
  bool name_skipped = false;  ///< Images that cannot be used: nobody has named them before.
};

std::string tuning_file(const std::string& output);

/// builder::finetune with a progress bar. Throws Failure.
builder::TuningResult finetune_on_images(const TuningJob& job, builder::Graph& student,
                                         const builder::Graph& teacher);

/// Before long work that ends in fine-tuning. Throws Failure(kUnsupported).
void refuse_without_libtorch();

}  // namespace bitdown::apps
