// SPDX-License-Identifier: MIT
#pragma once

#include "core/value_table.h"
#include "kernels/gemm/gemm.h"
#include "model_generated.h"

namespace bitdown {

/// What an operator sees while it is planned.
struct PlanContext {
  const schema::Model& model;
  const ValueTable& values;
  const kernels::GemmKernel& gemm;
  bool xnnpack = false;              ///< Dense convolutions go to XNNPACK.
  std::byte* activations = nullptr;  ///< Null while sizes are measured: then every data() is null.
  std::byte* scratch = nullptr;      ///< What run() will be given; null while sizes are measured.

  float* data(std::uint32_t value) const {
    if (activations == nullptr) return nullptr;
    return reinterpret_cast<float*>(activations + values.buffers[values.home[value]].offset);
  }
  const flatbuffers::Vector<std::uint32_t>& shape(std::uint32_t value) const {
    return *model.values()->Get(value)->shape();
  }
};

}  // namespace bitdown
