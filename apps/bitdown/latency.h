// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bitdown/session.h"

namespace bitdown::apps {

/// The smallest sample that a `fraction` of all samples does not exceed (nearest rank), so always
/// one that was measured. At least one sample; 0 < fraction <= 1.
double percentile(std::vector<double> samples, double fraction);

/// One operator over several runs.
struct OperatorLatency {
  std::string name;
  std::string algorithm;   ///< StepView::algorithm.
  std::uint64_t macs = 0;  ///< StepView::macs.
  std::vector<double> ms;  ///< One a run.
};

/// Times runs of one session, as a whole and by operator. Reading the clock after each operator
/// costs some 30 ns: a few microseconds a run.
class LatencyRecorder final : public StepObserver {
 public:
  /// Runs and records. Returns what Session::run returned; records nothing on failure.
  Status run(Session& session, std::span<const float> input);

  void after_step(const StepView& step) override;

  /// Wall time of each run.
  const std::vector<double>& ms() const { return ms_; }
  /// CPU time of each run: less than the wall time where other programs had the core.
  const std::vector<double>& cpu_ms() const { return cpu_ms_; }
  const std::vector<OperatorLatency>& operators() const { return operators_; }

  /// Of all operators.
  std::uint64_t macs() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<double> ms_;
  std::vector<double> cpu_ms_;
  std::vector<OperatorLatency> operators_;
  std::size_t next_ = 0;  // Operator of the current run.
  Clock::time_point last_;
};

}  // namespace bitdown::apps
