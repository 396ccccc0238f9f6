// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "bitdown/session.h"

namespace CLI {
class App;
}

namespace bitdown::apps {

/// How a verb runs the network: --isa, --precision and --dense.
struct SessionFlags {
  std::string isa;
  std::string precision;
  std::string dense;

  void add_to(CLI::App& verb);

  /// Points into this object.
  SessionOptions options() const;
};

}  // namespace bitdown::apps
