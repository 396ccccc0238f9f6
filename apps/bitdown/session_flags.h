// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "bitdown/session.h"

namespace CLI {
class App;
}

namespace bitdown::apps {

/// How a verb runs the network: --isa, --precision, --dense, --algorithm, --threads and --pin.
struct SessionFlags {
  std::string isa;
  std::string precision;
  std::string dense;
  unsigned threads = 0;
  bool pin = false;
  std::string algorithm;

  void add_to(CLI::App& verb);

  /// Points into this object.
  SessionOptions options() const;
};

}  // namespace bitdown::apps
