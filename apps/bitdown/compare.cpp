// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "bitdown/build_answers.h"
#include "bitdown/failure.h"
#include "bitdown/image_folder.h"
#include "bitdown/json.h"
#include "bitdown/model.h"
#include "bitdown/verbs.h"
#include "error.h"
#include "workers/workers.h"

namespace bitdown::apps {
namespace {

using builder::ImageDifference;
using builder::LayerDifference;

constexpr std::size_t kWorst = 5;

struct CompareOptions {
  std::string first;
  std::string second;
  std::string images;
  std::size_t limit = 0;
  unsigned jobs = 0;
  bool json = false;
};

Answers compare_on_folder(const CompareOptions& options) {
  const Model first = value_or_fail(options.first, Model::open(options.first.c_str()));
  const Model second = value_or_fail(options.second, Model::open(options.second.c_str()));
  const auto preprocessing = first.preprocessing();
  if (!preprocessing) {
    throw Failure(ExitCode::kUnsupported, options.first + ": does not say how to prepare images");
  }
  Answers answers;
  answers.images = list_images(options.images, options.limit);
  FolderInputs inputs(answers.images, *preprocessing);
  try {
    answers.comparison =
        builder::compare(first, second, inputs, builder::jobs_or_cores(options.jobs));
  } catch (const builder::Error& error) {
    throw Failure(exit_code(error.code()),
                  options.first + ", " + options.second + ": " + error.what());
  }
  for (const std::string& problem : inputs.problems()) print_error("skipped " + problem);
  count_answers(answers, kWorst);
  if (answers.used == 0) {
    throw Failure(ExitCode::kInputInvalid, options.images + ": has no usable image");
  }
  return answers;
}

// A bar of the error, full at 100 %.
std::string bar(double error) {
  constexpr double kLength = 30;
  return std::string(static_cast<std::size_t>(std::clamp(error, 0.0, 1.0) * kLength + 0.5), '#');
}

void print_text(const CompareOptions& options, const Answers& answers) {
  std::size_t width = 5;
  for (const LayerDifference& layer : answers.comparison.layers) {
    width = std::max(width, layer.name.size());
  }
  const int name_width = static_cast<int>(std::min<std::size_t>(width, 40));
  std::printf("%-*s %9s %12s %12s\n", name_width, "layer", "error", "correlation", "largest");
  for (const LayerDifference& layer : answers.comparison.layers) {
    std::printf("%-*s %7.2f %% %12.6f %12.4g  %s\n", name_width, printable(layer.name).c_str(),
                100 * layer.error, layer.correlation, layer.largest, bar(layer.error).c_str());
  }
  std::printf("\n%s against %s: ", printable(options.second).c_str(),
              printable(options.first).c_str());
  std::printf("the same first class for %zu of %zu images (%.1f %%)\n", answers.same_class,
              answers.used, 100 * answers.agreement());
  if (answers.comparison.unmatched > 0) {
    std::printf("%zu layers have no namesake of the same size\n", answers.comparison.unmatched);
  }
  std::printf("largest differences:\n");
  for (const std::size_t image : answers.worst) {
    const ImageDifference& difference = answers.comparison.images[image];
    std::printf("  %7.2f %%  %s%s\n", 100 * difference.error,
                printable(answers.images[image].filename().string()).c_str(),
                difference.same_class ? "" : ", another class");
  }
}

void print_json(const CompareOptions& options, const Answers& answers) {
  print_line({{"first", options.first},
              {"second", options.second},
              {"images", answers.used},
              {"agreement", answers.agreement()},
              {"unmatched", answers.comparison.unmatched},
              {"layers", differences_json(answers)},
              {"worst", worst_json(answers)}});
}

ExitCode compare(const CompareOptions& options) {
  const Answers answers = compare_on_folder(options);
  if (options.json) {
    print_json(options, answers);
  } else {
    print_text(options, answers);
  }
  return ExitCode::kOk;
}

}  // namespace

void add_compare(CLI::App& app, Work& work) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App* verb = app.add_subcommand("compare", "Show layer by layer where two blobs diverge");
  verb->add_option("FIRST", options->first, "The blob to compare with, such as an uncompressed one")
      ->required();
  verb->add_option("SECOND", options->second, "The blob to judge")->required();
  verb->add_option("--images", options->images, "Folder of photographs")->required();
  verb->add_option("--limit", options->limit, "Use the first N images only, by name")
      ->check(CLI::Range(1, 1 << 24));
  verb->add_option("--jobs", options->jobs, "Images at a time (default: one a core)")
      ->check(CLI::Range(1, 1024));
  verb->add_flag("--json", options->json, "One JSON object instead of text");
  verb->footer(
      "Runs both networks in float32 on each image. A layer's error is the squared difference of\n"
      "its outputs in units of the first network's variance: 100 % is no better than a constant.\n"
      "Layers are matched by name; one whose channels are in another order, as in networks that\n"
      "were permuted before they were compressed (pqf), differs by about 200 %, and only layers\n"
      "behind the last permuted one compare.\n"
      "Example:\n"
      "  bitdown import resnet50-float.pth -o float.bdn\n"
      "  bitdown build resnet50-float.pth --images photos -o resnet50.bdn\n"
      "  bitdown compare float.bdn resnet50.bdn --images photos --limit 50");
  verb->callback([&work, options] { work = [options] { return compare(*options); }; });
}

}  // namespace bitdown::apps
