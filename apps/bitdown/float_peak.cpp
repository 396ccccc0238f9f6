// SPDX-License-Identifier: MIT
#include "bitdown/float_peak.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "bitdown/failure.h"
#include "kernels/peak/peak.h"

namespace bitdown::apps {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_for(const kernels::FloatPeak& peak, std::uint64_t rounds) {
  std::vector<float> state(peak.elements, 1.0f);
  const Clock::time_point start = Clock::now();
  peak.run(state.data(), 0x1p-26f, rounds);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

double measure_float_peak(const char* isa) {
  const IsaSet set = value_or_fail(isa, choose_isa(isa, detect_isa()));
  const kernels::FloatPeak& peak = kernels::select_peak(set).float32;
  std::uint64_t rounds = 1024;
  while (seconds_for(peak, rounds) < 1e-3) rounds *= 2;
  double best = seconds_for(peak, rounds);
  for (int i = 0; i < 20; ++i) best = std::min(best, seconds_for(peak, rounds));
  return static_cast<double>(rounds * peak.elements) / best * 1e-9;
}

}  // namespace bitdown::apps
