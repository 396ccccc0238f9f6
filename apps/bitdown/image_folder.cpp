// SPDX-License-Identifier: MIT
#include "bitdown/image_folder.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "bitdown/failure.h"
#include "bitdown/photo.h"

namespace bitdown::apps {
namespace {

namespace fs = std::filesystem;

bool has_image_suffix(const fs::path& path) {
  const std::string suffix = lower_extension(path);
  constexpr std::string_view kSuffixes[] = {".bmp", ".jpeg", ".jpg",  ".pgm", ".png",
                                            ".ppm", ".tif",  ".tiff", ".webp"};
  return std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes);
}

}  // namespace

std::vector<fs::path> list_images(const fs::path& folder, std::size_t limit) {
  std::vector<fs::path> images;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (has_image_suffix(entry.path())) images.push_back(entry.path());
    }
  } catch (const fs::filesystem_error& error) {
    throw Failure(ExitCode::kInputMissing, folder.string() + ": " + error.code().message());
  }
  if (images.empty()) {
    throw Failure(ExitCode::kInputInvalid, folder.string() + ": has no images");
  }
  std::sort(images.begin(), images.end());
  if (limit > 0 && images.size() > limit) images.resize(limit);
  return images;
}

std::string names_and_sizes(const std::vector<fs::path>& images) {
  std::string text;
  for (const fs::path& image : images) {
    std::error_code missing;
    text += image.filename().string() + " " + std::to_string(fs::file_size(image, missing)) + "\n";
  }
  return text;
}

FolderInputs::FolderInputs(std::vector<fs::path> images, const Preprocessing& preprocessing)
    : images_(std::move(images)),
      problems_(images_.size()),
      preprocessing_(preprocessing),
      progress_(std::in_place, images_.size()) {}

// Only the calling thread's entry is touched by each load.
bool FolderInputs::load(std::size_t index, std::span<float> input) {
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

std::vector<std::string> FolderInputs::problems() {
  progress_.reset();
  std::vector<std::string> lines;
  for (const std::string& line : problems_) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace bitdown::apps
