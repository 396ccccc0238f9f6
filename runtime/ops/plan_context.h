// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

#include "bitdown/session.h"
#include "core/value_table.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/table/table.h"
#include "kernels/winograd/winograd.h"
#include "model_generated.h"

struct pthreadpool;

namespace bitdown {

/// What an operator sees while it is planned.
struct PlanContext {
  const schema::Model& model;
  const ValueTable& values;
  const kernels::GemmKernel& gemm;
  const kernels::Int8Kernel& int8;
  const kernels::TableKernel& table;
  const kernels::WinogradKernel& winograd;
  PlanOptions options;
  IsaSet isa = kIsaPortable;  ///< What the kernels were chosen for.
  std::uint32_t threads = 1;
  Algorithm algorithm = Algorithm::kDefault;  ///< Of this operator, where it has a choice.
  std::byte* activations = nullptr;  ///< Null while sizes are measured: then every data() is null.
  std::byte* scratch = nullptr;      ///< What run() will be given; null while sizes are measured.
  pthreadpool* xnnpack_threads = nullptr;  ///< For XNNPACK's operators; null: one thread.

  /// T: what values.elements says, float or std::uint8_t.
  template <typename T = float>
  T* data(std::uint32_t value) const {
    if (activations == nullptr) return nullptr;
    return reinterpret_cast<T*>(activations + values.buffers[values.home[value]].offset);
  }
  const flatbuffers::Vector<std::uint32_t>& shape(std::uint32_t value) const {
    return *model.values()->Get(value)->shape();
  }
};

/// A time as LayerTimes has it: the shapes of a hostile blob may predict more than an integer
/// holds.
inline std::uint64_t predicted_time(double ns) {
  return static_cast<std::uint64_t>(std::clamp(ns, 1.0, 1e18));
}

}  // namespace bitdown
