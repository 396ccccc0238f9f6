// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bitdown/image.h"
#include "bitdown/progress.h"
#include "calibrate/calibrate.h"

namespace bitdown::apps {

/// The images directly in `folder`, by name: the first `limit`, or all when 0. Throws Failure:
/// kInputMissing (no folder), kInputInvalid (no images).
std::vector<std::filesystem::path> list_images(const std::filesystem::path& folder,
                                               std::size_t limit);

/// A line of name and bytes for each, to tell whether they are still the same.
std::string names_and_sizes(const std::vector<std::filesystem::path>& images);

/// Photographs as a network takes them, with a progress bar.
class FolderInputs final : public builder::CalibrationInputs {
 public:
  FolderInputs(std::vector<std::filesystem::path> images, const Preprocessing& preprocessing);

  std::size_t count() const override { return images_.size(); }
  bool load(std::size_t index, std::span<float> input) override;

  /// Of the images that were left out, in their order. Ends the progress bar.
  std::vector<std::string> problems();

 private:
  std::vector<std::filesystem::path> images_;
  std::vector<std::string> problems_;  // Empty lines for good images.
  Preprocessing preprocessing_;
  std::optional<Progress> progress_;
};

}  // namespace bitdown::apps
