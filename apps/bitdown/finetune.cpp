// SPDX-License-Identifier: MIT
#include "finetune/finetune.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "bitdown/calibration.h"
#include "bitdown/description_flags.h"
#include "bitdown/failure.h"
#include "bitdown/golden.h"
#include "bitdown/image_folder.h"
#include "bitdown/json.h"
#include "bitdown/model.h"
#include "bitdown/output_file.h"
#include "bitdown/stored_network.h"
#include "bitdown/tuning.h"
#include "bitdown/tuning_flags.h"
#include "bitdown/verbs.h"
#include "importers/importer.h"
#include "importers/sha256.h"
#include "workers/workers.h"

namespace bitdown::apps {
namespace {

struct FinetuneOptions {
  std::string network;
  std::string model;
  std::string images;
  std::string output;
  std::size_t limit = 0;
  unsigned jobs = 0;
  TuningFlags tuning;
  bool json = false;
};

ExitCode finetune(const FinetuneOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  refuse_without_libtorch();
  check_output(options.output, {options.network});
  check_partial(tuning_file(options.output));
  const Model blob = value_or_fail(options.model, Model::open(options.model.c_str()));
  builder::StoredNetwork model = stored_network(options.model, blob);
  const builder::Graph teacher = builder::import_network(options.network);
  preprocessing_of(options.model, model.graph);
  const TuningJob job = {options.model,
                         list_images(options.images, options.limit),
                         builder::jobs_or_cores(options.jobs),
                         options.tuning.tuning(),
                         options.output,
                         builder::sha256(blob.blob()) + teacher.provenance.source_sha256,
                         true};
  const builder::TuningResult result = finetune_on_images(job, model.graph, teacher);
  const std::size_t limit = options.limit > 0 ? options.limit : kCalibrationImages;
  calibrate_on_folder(options.model, model.graph, model.precision,
                      {options.images, std::min(limit, kCalibrationImages), options.jobs});
  add_golden(model.graph, model.precision);
  write_output(options.output, builder::write_blob(model.graph, model.precision));
  std::error_code gone;
  std::filesystem::remove(tuning_file(options.output), gone);

  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (options.json) {
    print_line({{"output", options.output},
                {"images", result.images},
                {"held_out_before", result.held_out_before},
                {"held_out_after", result.held_out_after},
                {"seconds", seconds.count()}});
    return ExitCode::kOk;
  }
  std::printf("%s: %zu images, loss on those held out %.4f, was %.4f, %.0f s\n",
              printable(options.output).c_str(), result.images, result.held_out_after,
              result.held_out_before, seconds.count());
  return ExitCode::kOk;
}

}  // namespace

void add_finetune(CLI::App& app, Work& work) {
  const auto options = std::make_shared<FinetuneOptions>();
  CLI::App* verb = app.add_subcommand("finetune", "Train a blob's codebooks, without labels");
  verb->add_option("NETWORK", options->network, "The float network that the blob was built from")
      ->required();
  verb->add_option("MODEL", options->model, "The blob")->required();
  verb->add_option("--images", options->images,
                   "Folder of photographs like those that the network will see")
      ->required();
  verb->add_option(
          "-o,--output", options->output,
          "The blob to write; OUTPUT.tuning.partial beside it keeps finished epochs, so that\n"
          "the same command goes on where an interrupted one stopped")
      ->required();
  verb->add_option("--limit", options->limit, "Use the first N images only, by name")
      ->check(CLI::Range(1, 1 << 24));
  verb->add_option("--jobs", options->jobs, "Threads (default: one a core)")
      ->check(CLI::Range(1, 1024));
  options->tuning.add_to(*verb);
  verb->add_flag("--json", options->json, "One JSON object instead of text");
  verb->footer(
      "Teaches the blob to answer as the float network does; codes stay as they are. Every tenth\n"
      "image is held out, and the epoch that is best on those wins, if any. Then measures\n"
      "activation ranges on the first 200 images. Needs a tool built with libtorch (./dev build\n"
      "finetune).\n"
      "Example:\n  bitdown finetune resnet50-float.pth resnet50.bdn --images photos -o tuned.bdn");
  verb->callback([&work, options] { work = [options] { return finetune(*options); }; });
}

}  // namespace bitdown::apps
