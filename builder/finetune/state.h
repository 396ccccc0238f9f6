// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <map>
#include <vector>

#include "finetune/finetune.h"
#include "finetune/train.h"

namespace bitdown::builder {

/// The tasks of a run as they stand, kept in a file after each epoch, so that an interrupted run
/// can go on: a sealed file (state/sealed_file.h), of this run or none. Throws Error(kIoError) when
/// it cannot be written, or when something else is in its place.
class StateFile {
 public:
  explicit StateFile(const TuningFiles& files);

  /// Brings `trainer`, of task `index`, to where the earlier run left it; false when it has not.
  bool load(std::size_t index, Trainer& trainer) const;

  void save(std::size_t index, const Trainer& trainer);

 private:
  void read();

  const TuningFiles& files_;
  std::map<std::size_t, std::vector<torch::Tensor>> tasks_;
};

}  // namespace bitdown::builder
