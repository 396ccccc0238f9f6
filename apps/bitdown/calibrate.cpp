// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "bitdown/calibration.h"
#include "bitdown/failure.h"
#include "bitdown/image_folder.h"
#include "bitdown/json.h"
#include "bitdown/model.h"
#include "bitdown/output_file.h"
#include "bitdown/stored_network.h"
#include "bitdown/verbs.h"

namespace bitdown::apps {
namespace {

struct CalibrateOptions {
  std::string model;
  std::string output;  ///< Empty: the model itself.
  CalibrationFlags calibration;
  bool json = false;
};

ExitCode calibrate(const CalibrateOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const Model model = value_or_fail(options.model, Model::open(options.model.c_str()));
  const std::string& output = options.output.empty() ? options.model : options.output;
  check_output(output, list_images(options.calibration.folder, options.calibration.limit));
  builder::StoredNetwork network = stored_network(options.model, model);
  const CalibrationCount count =
      calibrate_on_folder(options.model, network.graph, network.precision, options.calibration);
  const std::vector<std::byte> blob = builder::write_blob(network.graph, network.precision);
  write_output(output, blob);

  const std::size_t ranges = network.graph.values.size();
  if (options.json) {
    print_line({{"output", output},
                {"images", count.used},
                {"skipped", count.skipped},
                {"ranges", ranges},
                {"bytes_file", blob.size()}});
    return ExitCode::kOk;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%s: %zu ranges from %s, %.3f MB, %.1f s\n", printable(output).c_str(), ranges,
              count_text(count).c_str(), static_cast<double>(blob.size()) / (1 << 20),
              seconds.count());
  return ExitCode::kOk;
}

}  // namespace

void add_calibrate(CLI::App& app, Work& work) {
  const auto options = std::make_shared<CalibrateOptions>();
  CLI::App* verb = app.add_subcommand("calibrate", "Measure activation ranges for int8 execution");
  verb->add_option("MODEL", options->model, "The blob")->required();
  options->calibration.add_to(*verb, "--images",
                              "Folder of photographs like those that the network will see");
  verb->get_option("--images")->required();
  verb->add_option("-o,--output", options->output,
                   "The blob to write (default: MODEL, replaced when all is done)");
  verb->add_flag("--json", options->json, "One JSON object instead of text");
  verb->footer(
      "Runs the network in float32 and gives each tensor the 8-bit range with the smallest mean\n"
      "squared error of rounding and clipping. 100 to 200 images are enough.\n"
      "Example:\n  bitdown calibrate resnet50.bdn --images photos --limit 200");
  verb->callback([&work, options] { work = [options] { return calibrate(*options); }; });
}

}  // namespace bitdown::apps
