// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <variant>

#include "bitdown/plan.h"
#include "ops/convolution.h"
#include "ops/convolution_i8.h"
#include "ops/global_average_pool.h"
#include "ops/max_pool.h"
#include "ops/softmax.h"
#include "ops/xnnpack_convolution.h"

namespace bitdown {

struct PlanContext;

/// One operator of a session, ready to run: pointers resolved, kernel chosen. Every alternative has
///   std::uint64_t scratch_bytes(const S&);      // for each thread
/// and, unless it has nothing to prepare for all runs (the defaults below),
///   std::uint64_t prepared_bytes(const S&);     // 64-byte aligned, lives like the session
///   void prepare(S&, std::byte* memory);
/// and, where it has a choice of algorithms (the default below: none),
///   void predict(const S&, const PlanContext&, LayerPlan&);
/// and also
///   const char* algorithm(const S&);          // for profiles, as in StepView
///   std::uint64_t macs(const S&);
///   void run(const S&, const Workspace&);       // scratch_bytes() or more a thread
using Step = std::variant<ConvolutionStep, Int8ConvolutionStep, MaxPoolStep, GlobalAveragePoolStep,
                          SoftmaxStep
#if defined(BITDOWN_WITH_XNNPACK)
                          ,
                          XnnpackConvolutionStep
#endif
                          >;

template <typename S>
std::uint64_t prepared_bytes(const S&) {
  return 0;
}
template <typename S>
void prepare(S&, std::byte*) {}
template <typename S>
void predict(const S&, const PlanContext&, LayerPlan&) {}

}  // namespace bitdown
