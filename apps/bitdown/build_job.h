// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bitdown/build_result.h"
#include "bitdown/description_flags.h"
#include "quantize/recipe.h"

namespace bitdown::apps {

/// One network to compress.
struct BuildJob {
  std::string network;
  std::string images;
  std::string output;
  std::size_t limit = 0;  ///< Of the images; 0: all.
  unsigned jobs = 0;      ///< Threads; 0: one a core.
  builder::Recipe recipe;
  double target_megabytes = 0;  ///< Choose d and K of all layers for a blob of this size; 0: don't.
  unsigned finetune = 0;        ///< Epochs of fine-tuning, as of the verb finetune; 0: none.
  DescriptionFlags description;
  bool judge = false;  ///< Compare answers with the float network's on every tenth image.
  std::string labels;  ///< Photographs to measure accuracy on, never used for anything else; or
                       ///< empty.
};

/// The files that it reads beside the photographs; empty paths for those that it does without.
std::vector<std::filesystem::path> input_files(const BuildJob& job);

/// Quantizes, calibrates, adds the golden pair and writes the blob. OUTPUT.partial keeps finished
/// layers, and OUTPUT.tuning.partial finished epochs, so that the same job goes on where an
/// interrupted one stopped. Throws Failure and builder::Error; then there is no output, or the old
/// one.
BuildResult run_build(const BuildJob& job);

}  // namespace bitdown::apps
