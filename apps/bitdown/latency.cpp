// SPDX-License-Identifier: MIT
#include "bitdown/latency.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace bitdown::apps {
namespace {

double milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double process_cpu_ms() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

}  // namespace

double percentile(std::vector<double> samples, double fraction) {
  const double rank = std::ceil(fraction * static_cast<double>(samples.size()));
  const auto index = std::min(samples.size(), std::max<std::size_t>(1, std::size_t(rank))) - 1;
  const auto place = samples.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(samples.begin(), place, samples.end());
  return *place;
}

Status LatencyRecorder::run(Session& session, std::span<const float> input) {
  next_ = 0;
  const double cpu_start = process_cpu_ms();
  const Clock::time_point start = Clock::now();
  last_ = start;
  BITDOWN_RETURN_IF_ERROR(session.run(input, this));
  ms_.push_back(milliseconds(Clock::now() - start));
  cpu_ms_.push_back(process_cpu_ms() - cpu_start);
  return {};
}

void LatencyRecorder::after_step(const StepView& step) {
  const Clock::time_point now = Clock::now();
  if (next_ == operators_.size()) {
    operators_.push_back({std::string(step.name), step.algorithm, step.macs, {}});
  }
  operators_[next_++].ms.push_back(milliseconds(now - last_));
  last_ = Clock::now();
}

std::uint64_t LatencyRecorder::macs() const {
  std::uint64_t sum = 0;
  for (const OperatorLatency& op : operators_) sum += op.macs;
  return sum;
}

}  // namespace bitdown::apps
