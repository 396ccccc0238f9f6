// SPDX-License-Identifier: MIT
#include "bitdown/peak.h"

#include <algorithm>
#include <chrono>
#include <vector>

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

// A millisecond's sums of ones are far from int32's limit.
double seconds_for(const kernels::Int8Peak& peak, std::uint64_t rounds) {
  std::vector<std::int32_t> state(peak.elements);
  const Clock::time_point start = Clock::now();
  peak.run(state.data(), 1, 1, rounds);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Rounds in a second, in 10^9.
template <typename TypePeak>
double giga_rounds(const TypePeak& peak) {
  std::uint64_t rounds = 1024;
  while (seconds_for(peak, rounds) < 1e-3) rounds *= 2;
  double best = seconds_for(peak, rounds);
  for (int i = 0; i < 20; ++i) best = std::min(best, seconds_for(peak, rounds));
  return static_cast<double>(rounds) / best * 1e-9;
}

}  // namespace

Peak measure_peak(IsaSet isa) {
  const kernels::PeakKernel& kernel = kernels::select_peak(isa);
  return {giga_rounds(kernel.float32) * kernel.float32.elements,
          giga_rounds(kernel.int8) * kernel.int8.elements * kernel.int8.products};
}

Peak larger(const Peak& a, const Peak& b) {
  return {std::max(a.float32, b.float32), std::max(a.int8, b.int8)};
}

}  // namespace bitdown::apps
