// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "bitdown/session.h"

namespace bitdown::apps {

/// A fresh process that runs a network once: from fork to label, files in the page
/// cache. The process is bitdown-first-label, which links the runtime and nothing else, as a
/// program on a device would; its input is ready in memory.
struct FirstLabel {
  double start_ms = 0;  ///< Until main: fork, exec, dynamic loader.
  double load_ms = 0;   ///< Open and validate the model, create the session, read the input.
  double run_ms = 0;    ///< The first run: caches cold, pages of the blob not yet mapped.
  std::optional<std::uint64_t> peak_rss_bytes;

  double total_ms() const { return start_ms + load_ms + run_ms; }
};

/// Of five processes the one of median total. `plan`: the file that options.plan comes from, or
/// empty. Throws Failure when one of them fails.
FirstLabel measure_first_label(const std::string& model, const SessionOptions& options,
                               const std::string& plan, std::span<const float> input);

}  // namespace bitdown::apps
