// SPDX-License-Identifier: MIT
// In the place of the rest of this folder where there is no libtorch.
#include "error.h"
#include "finetune/finetune.h"

namespace bitdown::builder {

bool can_finetune() {
  return false;
}

TuningResult finetune(Graph&, const Graph&, CalibrationInputs&, const Tuning&, unsigned,
                      const TuningFiles&, const std::function<void(const EpochProgress&)>&) {
  throw Error(StatusCode::kUnsupported, "built without libtorch, which fine-tuning needs");
}

}  // namespace bitdown::builder
