// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "graph/graph.h"
#include "writer/writer.h"

namespace CLI {
class App;
}

namespace bitdown::apps {

/// What a verb calibrates with: the folder (its option has another name in each verb), --limit and
/// --jobs.
struct CalibrationFlags {
  std::string folder;
  std::size_t limit = 0;  ///< 0: all.
  unsigned jobs = 0;      ///< 0: one a core.

  /// Adds the option `folder_name` with its help, and the two others, which need it.
  void add_to(CLI::App& verb, const char* folder_name, const char* help);
};

/// As many are enough, where nobody says how many.
inline constexpr std::size_t kCalibrationImages = 200;

struct CalibrationCount {
  std::size_t used = 0;
  std::size_t skipped = 0;
};

/// Chooses the activation ranges of `graph` (calibrate/calibrate.h), which was read from the file
/// `network`, on the images directly in the folder, by name: the first `limit`, with a progress
/// bar. An image that cannot be used is named on stderr and skipped. Throws Failure: kInputMissing
/// (no folder), kInputInvalid (no usable image), kUnsupported (a network that does not say how to
/// prepare a photograph).
CalibrationCount calibrate_on_folder(const std::string& network, builder::Graph& graph,
                                     builder::DensePrecision precision,
                                     const CalibrationFlags& flags);

/// "200 images", "199 images, 1 skipped".
std::string count_text(const CalibrationCount& count);

}  // namespace bitdown::apps
