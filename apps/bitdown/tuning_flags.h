// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "finetune/finetune.h"

namespace CLI {
class App;
}

namespace bitdown::apps {

/// How a verb fine-tunes.
class TuningFlags {
 public:
  void add_to(CLI::App& verb);
  builder::Tuning tuning() const;

 private:
  builder::Tuning tuning_;
  std::string objective_ = "network";
  std::string optimizer_ = "adam";
};

}  // namespace bitdown::apps
