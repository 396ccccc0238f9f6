// SPDX-License-Identifier: MIT
#include "bitdown/calibration.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "bitdown/failure.h"
#include "bitdown/photo.h"
#include "bitdown/progress.h"
#include "calibrate/calibrate.h"

namespace bitdown::apps {
namespace {

namespace fs = std::filesystem;

bool has_image_suffix(const fs::path& path) {
  const std::string suffix = lower_extension(path);
  constexpr std::string_view kSuffixes[] = {".bmp", ".jpeg", ".jpg",  ".pgm", ".png",
                                            ".ppm", ".tif",  ".tiff", ".webp"};
  return std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes);
}

std::vector<fs::path> list_images(const fs::path& folder, std::size_t limit) {
  std::vector<fs::path> images;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (has_image_suffix(entry.path())) images.push_back(entry.path());
    }
  } catch (const fs::filesystem_error& error) {
    throw Failure(ExitCode::kInputMissing, folder.string() + ": " + error.code().message());
  }
  std::sort(images.begin(), images.end());
  if (limit > 0 && images.size() > limit) images.resize(limit);
  return images;
}

// Only the calling thread's entry is touched by each load.
class FolderInputs final : public builder::CalibrationInputs {
 public:
  FolderInputs(std::vector<fs::path> images, const Preprocessing& preprocessing)
      : images_(std::move(images)),
        problems_(images_.size()),
        preprocessing_(preprocessing),
        progress_(std::in_place, images_.size()) {}

  std::size_t count() const override { return images_.size(); }

  bool load(std::size_t index, std::span<float> input) override {
    const std::string name = images_[index].string();
    try {
      const Status status = preprocess(view(read_photo(name)), preprocessing_, input);
      if (!status.ok()) problems_[index] = error_line(name, status);
    } catch (const Failure& failure) {
      problems_[index] = failure.what();
    }
    progress_->step();
    return problems_[index].empty();
  }

  /// Of the images that were left out, in their order. Ends the progress bar.
  std::vector<std::string> problems() {
    progress_.reset();
    std::vector<std::string> lines;
    for (const std::string& line : problems_) {
      if (!line.empty()) lines.push_back(line);
    }
    return lines;
  }

 private:
  std::vector<fs::path> images_;
  std::vector<std::string> problems_;  // Empty lines for good images.
  Preprocessing preprocessing_;
  std::optional<Progress> progress_;
};

}  // namespace

void CalibrationFlags::add_to(CLI::App& verb, const char* folder_name, const char* help) {
  CLI::Option* option = verb.add_option(folder_name, folder, help);
  verb.add_option("--limit", limit, "Use the first N images only, by name")
      ->check(CLI::Range(1, 1 << 24))
      ->needs(option);
  verb.add_option("--jobs", jobs, "Images at a time (default: one a core)")
      ->check(CLI::Range(1, 1024))
      ->needs(option);
}

CalibrationCount calibrate_on_folder(builder::Graph& graph, builder::DensePrecision precision,
                                     const CalibrationFlags& flags) {
  FolderInputs inputs(list_images(flags.folder, flags.limit), graph.preprocessing);
  if (inputs.count() == 0) {
    throw Failure(ExitCode::kInputInvalid, flags.folder + ": has no images");
  }
  const unsigned jobs =
      flags.jobs > 0 ? flags.jobs : std::max(1u, std::thread::hardware_concurrency());
  const std::size_t used = builder::calibrate(graph, precision, inputs, jobs);
  const std::vector<std::string> problems = inputs.problems();
  if (used == 0) {
    throw Failure(ExitCode::kInputInvalid,
                  flags.folder + ": has no usable image; the first: " + problems.front());
  }
  for (const std::string& problem : problems) print_error("skipped " + problem);
  return {used, problems.size()};
}

std::string count_text(const CalibrationCount& count) {
  std::string text = std::to_string(count.used) + (count.used == 1 ? " image" : " images");
  if (count.skipped > 0) text += ", " + std::to_string(count.skipped) + " skipped";
  return text;
}

}  // namespace bitdown::apps
