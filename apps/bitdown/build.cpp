// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>

#include "bitdown/build_job.h"
#include "bitdown/build_report.h"
#include "bitdown/failure.h"
#include "bitdown/json.h"
#include "bitdown/output_file.h"
#include "bitdown/recipe_flags.h"
#include "bitdown/verbs.h"

namespace bitdown::apps {
namespace {

struct BuildOptions {
  BuildJob job;
  RecipeFlags recipe;
  std::string report;
  bool json = false;
};

// A decimal number, then letters at most: CLI11 would take a unit alone for one, and hexadecimals.
std::string refuse_no_size(const std::string& text) {
  const char* const end = text.data() + text.size();
  double number = 0;
  const auto [unit, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const auto fits = [](unsigned char c) { return std::isalpha(c) != 0 || c == ' '; };
  const bool size = error == std::errc() && std::isfinite(number) && std::all_of(unit, end, fits);
  return size ? std::string() : "'" + text + "' is no size such as 5MB";
}

void check_report(const BuildOptions& options) {
  check_report_name(options.report);
  check_output(options.report, input_files(options.job));
  if (std::filesystem::weakly_canonical(options.job.output) ==
      std::filesystem::weakly_canonical(options.report)) {
    throw Failure(ExitCode::kUsage, options.report + ": cannot be both the blob and the report");
  }
}

ExitCode build(BuildOptions& options) {
  options.job.recipe = options.recipe.recipe();
  options.job.judge = !options.report.empty();
  if (!options.report.empty()) check_report(options);
  const BuildResult result = run_build(options.job);
  if (!options.report.empty()) write_report({result}, options.report);
  if (options.json) {
    print_line(to_json(result));
  } else {
    print_text(result);
  }
  return ExitCode::kOk;
}

}  // namespace

void add_build(CLI::App& app, Work& work) {
  const auto options = std::make_shared<BuildOptions>();
  CLI::App* verb = app.add_subcommand("build", "Compress a trained network, without labels");
  verb->add_option("NETWORK", options->job.network,
                   "A float network: a state_dict (.pth, .safetensors) of torchvision's ResNets,\n"
                   "or an ONNX model of a convolutional classifier")
      ->required();
  verb->add_option("--images", options->job.images,
                   "Folder of photographs like those that the network will see")
      ->required();
  verb->add_option("-o,--output", options->job.output,
                   "The blob to write; OUTPUT.partial beside it keeps finished layers, so that\n"
                   "the same command goes on where an interrupted one stopped")
      ->required();
  verb->add_option("--limit", options->job.limit, "Use the first N images only, by name")
      ->check(CLI::Range(1, 1 << 24));
  verb->add_option("--jobs", options->job.jobs, "Threads (default: one a core)")
      ->check(CLI::Range(1, 1024));
  verb->add_flag("--json", options->json, "One JSON object instead of text, with all layers");
  verb->add_option("--report", options->report,
                   "A page (.html) or the same for machines (.json): sizes, errors, the images\n"
                   "whose answers differ most from the float network's");
  verb->add_option("--labels", options->job.labels,
                   "Photographs to measure top-1 on before and after: lines of file and class\n"
                   "index, tab between, in the folder of the photographs");
  verb->add_option(
          "--target-size", options->job.target_megabytes,
          "Size of the blob, as 5MB or 200KB (MB = 2^20 bytes, also without unit): block sizes\n"
          "and numbers of codewords are chosen so that the answers change least")
      ->check(CLI::Range(0.001, 1024.0))
      ->transform(
          CLI::AsNumberWithUnit(std::map<std::string, double>{{"MB", 1}, {"KB", 1.0 / 1024}},
                                CLI::AsNumberWithUnit::DEFAULT, "SIZE"))
      ->transform(CLI::Validator(refuse_no_size, ""));
  verb->add_option("--finetune", options->job.finetune,
                   "Train the codebooks for N epochs, as the verb finetune does (needs a tool\n"
                   "built with libtorch)")
      ->check(CLI::Range(1, 100000));
  options->job.description.add_to(*verb);
  options->recipe.add_to(*verb);
  verb->footer(
      "Quantizes one layer after the other so that what the network computes from the photographs\n"
      "changes least, measures activation ranges and stores a pair for verify.\n"
      "Example:\n  bitdown build resnet50-float.pth --images photos -o resnet50.bdn");
  verb->callback([&work, options] { work = [options] { return build(*options); }; });
}

}  // namespace bitdown::apps
