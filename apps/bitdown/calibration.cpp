// SPDX-License-Identifier: MIT
#include "bitdown/calibration.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "bitdown/description_flags.h"
#include "bitdown/failure.h"
#include "bitdown/image_folder.h"
#include "calibrate/calibrate.h"
#include "workers/workers.h"

namespace bitdown::apps {

void CalibrationFlags::add_to(CLI::App& verb, const char* folder_name, const char* help) {
  CLI::Option* option = verb.add_option(folder_name, folder, help);
  verb.add_option("--limit", limit, "Use the first N images only, by name")
      ->check(CLI::Range(1, 1 << 24))
      ->needs(option);
  verb.add_option("--jobs", jobs, "Images at a time (default: one a core)")
      ->check(CLI::Range(1, 1024))
      ->needs(option);
}

CalibrationCount calibrate_on_folder(const std::string& network, builder::Graph& graph,
                                     builder::DensePrecision precision,
                                     const CalibrationFlags& flags) {
  FolderInputs inputs(list_images(flags.folder, flags.limit), preprocessing_of(network, graph));
  const unsigned jobs = builder::jobs_or_cores(flags.jobs);
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
