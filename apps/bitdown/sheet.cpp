// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "bitdown/card.h"
#include "bitdown/failure.h"
#include "bitdown/output_file.h"
#include "bitdown/photo.h"
#include "bitdown/quiet_stderr.h"
#include "bitdown/session_flags.h"
#include "bitdown/typography.h"
#include "bitdown/verbs.h"
#include "classifier.h"

namespace bitdown::apps {
namespace {

constexpr int kGap = 20;
constexpr int kTitleHeight = 64;
constexpr int kMaxColumns = 8;

struct SheetOptions {
  std::string model;
  std::vector<std::string> files;
  std::string output;
  SessionFlags session;
};

cv::Mat make_card(const std::string& file, Classifier& classifier) {
  const cv::Mat photo = read_photo(file);
  Status status = classifier.prepare(view(photo));
  if (status.ok()) status = classifier.run();
  if (!status.ok()) throw Failure(file, status);
  std::vector<CardEntry> entries;
  for (const std::uint32_t index : best_classes(classifier, kCardEntries)) {
    entries.push_back({class_name(classifier.model(), index),
                       static_cast<double>(classifier.probabilities()[index])});
  }
  return draw_card(photo, std::filesystem::path(file).filename().string(), entries);
}

// "resnet50, 3.12 MB"
std::string title_of(const Model& model) {
  char size[32];
  std::snprintf(size, sizeof size, "%.2f MB", static_cast<double>(model.blob().size()) / (1 << 20));
  const std::string name(model.architecture());
  return (name.empty() ? "network" : name) + ", " + size;
}

cv::Mat arrange(const std::vector<cv::Mat>& cards, const std::string& title) {
  const int count = static_cast<int>(cards.size());
  const int columns = std::clamp(static_cast<int>(std::ceil(std::sqrt(count * 1.4))), 1,
                                 std::min(count, kMaxColumns));
  const int rows = (count + columns - 1) / columns;
  cv::Mat sheet(kTitleHeight + rows * (kCardHeight + kGap), kGap + columns * (kCardWidth + kGap),
                CV_8UC3, cv::Scalar(238, 240, 244));
  write_text(sheet, title, {kGap, kTitleHeight - 24}, {17, 2, cv::Scalar(28, 33, 43)},
             sheet.cols - 2 * kGap);
  for (int i = 0; i < count; ++i) {
    const cv::Point corner(kGap + i % columns * (kCardWidth + kGap),
                           kTitleHeight + i / columns * (kCardHeight + kGap));
    cards[static_cast<std::size_t>(i)].copyTo(sheet(cv::Rect(corner, cards[0].size())));
  }
  return sheet;
}

std::vector<std::byte> encode(cv::Mat sheet, const std::string& path) {
  cv::cvtColor(sheet, sheet, cv::COLOR_RGB2BGR);
  std::vector<unsigned char> encoded;
  const QuietStderr quiet;
  try {
    cv::imencode(lower_extension(path), sheet, encoded);
  } catch (const cv::Exception&) {
    encoded.clear();
  }
  if (encoded.empty()) {
    throw Failure(ExitCode::kOutput, path + ": a sheet of this size cannot be encoded");
  }
  std::vector<std::byte> bytes(encoded.size());
  std::memcpy(bytes.data(), encoded.data(), bytes.size());
  return bytes;
}

ExitCode sheet(const SheetOptions& options) {
  std::vector<std::filesystem::path> inputs(options.files.begin(), options.files.end());
  inputs.emplace_back(options.model);
  check_output(options.output, inputs);
  const Model model = value_or_fail(options.model, Model::open(options.model.c_str()));
  Classifier classifier = value_or_fail(
      options.model,
      Classifier::create(model, options.session.planned(model, options.model).options));
  std::vector<cv::Mat> cards;
  ExitCode first_failure = ExitCode::kOk;
  for (const std::string& file : options.files) {
    try {
      cards.push_back(make_card(file, classifier));
    } catch (const Failure& failure) {
      print_error(failure.what());
      if (first_failure == ExitCode::kOk) first_failure = failure.code();
    }
  }
  if (cards.empty()) return first_failure;
  write_output(options.output, encode(arrange(cards, title_of(model)), options.output));
  std::printf("%s: %zu photographs\n", printable(options.output).c_str(), cards.size());
  return first_failure;
}

std::string check_extension(const std::string& path) {
  for (const char* extension : {".png", ".jpg", ".jpeg"}) {
    if (lower_extension(path) == extension) return {};
  }
  return path + ": must be a name that ends in .png, .jpg or .jpeg";
}

}  // namespace

void add_sheet(CLI::App& app, Work& work) {
  const auto options = std::make_shared<SheetOptions>();
  CLI::App* verb =
      app.add_subcommand("sheet", "Draw photographs with what the network sees in them");
  verb->add_option("MODEL", options->model, "The blob")->required();
  verb->add_option("IMAGE", options->files, "Photographs")->required();
  verb->add_option("-o,--output", options->output, "The picture to write: .png or .jpg")
      ->required()
      ->check(check_extension);
  options->session.add_to(*verb);
  verb->footer(
      "A file that is no image gets its line on stderr, the others are drawn; the exit code is "
      "that\n"
      "of the first failure.\n"
      "Example:\n  bitdown sheet resnet50.bdn photos/*.jpg -o sheet.jpg");
  verb->callback([&work, options] { work = [options] { return sheet(*options); }; });
}

}  // namespace bitdown::apps
