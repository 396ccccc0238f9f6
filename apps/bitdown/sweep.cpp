// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "bitdown/build_job.h"
#include "bitdown/build_report.h"
#include "bitdown/failure.h"
#include "bitdown/json.h"
#include "bitdown/output_file.h"
#include "bitdown/recipe_settings.h"
#include "bitdown/verbs.h"

namespace bitdown::apps {
namespace {

namespace fs = std::filesystem;

struct SweepOptions {
  BuildJob job;  ///< `output` is a folder.
  std::vector<std::string> regimes = {"large", "small"};
  std::vector<unsigned> entries = {256};
  std::string report;
  bool json = false;
};

void make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Failure(ExitCode::kOutput, folder + ": " + error.message());
}

void print_row(const BuildResult& result) {
  std::printf("%-24s %9.3f MB %7.1fx %10.1f %%",
              printable(fs::path(result.output).stem().string()).c_str(),
              static_cast<double>(result.size.bytes_file) / (1 << 20), result.ratio(),
              100 * result.answers->agreement());
  if (result.accuracy) {
    std::printf(" %7.1f %% %7.1f %%", 100 * result.accuracy->exact, 100 * result.accuracy->fast);
  }
  std::printf("\n");
  std::fflush(stdout);  // The next row takes minutes.
}

ExitCode sweep(const SweepOptions& options) {
  if (!options.report.empty()) check_report_name(options.report);
  make_folder(options.job.output);
  check_output(options.report, input_files(options.job));
  std::vector<BuildResult> results;
  if (!options.json) {
    std::printf("%-24s %12s %8s %12s%s\n", "setting", "file", "smaller", "agreement",
                options.job.labels.empty() ? "" : "     top-1      int8");
  }
  for (const unsigned entries : options.entries) {
    for (const std::string& regime : options.regimes) {
      BuildJob job = options.job;
      job.judge = true;
      job.recipe.regime = regime_of(regime);
      job.recipe.entries = entries;
      const std::string name = regime + "-" + std::to_string(entries) + ".bdn";
      job.output = (fs::path(options.job.output) / name).string();
      results.push_back(run_build(job));
      if (!options.json) print_row(results.back());
      // Rewritten after each, so that an interrupted sweep leaves what it has found.
      if (!options.report.empty()) write_report(results, options.report);
    }
  }
  if (options.json) {
    Json all = Json::array();
    for (const BuildResult& result : results) all.push_back(to_json(result));
    print_line(all);
  }
  return ExitCode::kOk;
}

}  // namespace

void add_sweep(CLI::App& app, Work& work) {
  const auto options = std::make_shared<SweepOptions>();
  CLI::App* verb = app.add_subcommand("sweep", "Compress a network in several sizes");
  verb->add_option("NETWORK", options->job.network, "A float network, as for build")->required();
  verb->add_option("--images", options->job.images,
                   "Folder of photographs like those that the network will see")
      ->required();
  verb->add_option("-o,--output", options->job.output, "Folder for the blobs, called REGIME-K.bdn")
      ->required();
  verb->add_option("--regimes", options->regimes, "Block sizes to try: large, small")
      ->delimiter(',')
      ->check(CLI::IsMember({"small", "large"}))
      ->capture_default_str();
  verb->add_option("--entries", options->entries,
                   "Codewords of a convolution to try, e.g. 256,1024")
      ->delimiter(',')
      ->check(CLI::Range(2, 2048))
      ->capture_default_str();
  verb->add_option("--report", options->report,
                   "A page (.html) or the same for machines (.json), with the curve of size and\n"
                   "answers; complete for what is done after each setting");
  verb->add_option("--labels", options->job.labels,
                   "Photographs to measure top-1 on, as for build");
  verb->add_option("--limit", options->job.limit, "Use the first N images only, by name")
      ->check(CLI::Range(1, 1 << 24));
  verb->add_option("--jobs", options->job.jobs, "Threads (default: one a core)")
      ->check(CLI::Range(1, 1024));
  verb->add_flag("--json", options->json, "One JSON array instead of text");
  options->job.description.add_to(*verb);
  verb->footer(
      "Builds a blob for each setting and shows what a size costs.\n"
      "Example:\n"
      "  bitdown sweep resnet50-float.pth --images photos -o blobs --entries 256,1024\n"
      "    --report curve.html");
  verb->callback([&work, options] { work = [options] { return sweep(*options); }; });
}

}  // namespace bitdown::apps
