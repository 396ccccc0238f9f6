// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace bitdown::apps {

/// A bar on stderr while work goes on, only when stderr is a terminal. Thread-safe.
class Progress {
 public:
  explicit Progress(std::size_t total);
  ~Progress();  ///< Wipes the bar.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// One of `total` is done.
  void step();

 private:
  std::mutex mutex_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool visible_;
};

/// The same for work whose share that is done is known: with a text and the remaining time.
class TimedProgress {
 public:
  TimedProgress();
  ~TimedProgress();  ///< Wipes the bar.
  TimedProgress(const TimedProgress&) = delete;
  TimedProgress& operator=(const TimedProgress&) = delete;

  /// `share` in (0, 1] of the work is done; `text` says what was last. Work that was `restored`
  /// took no time, so it says nothing about the rest.
  void update(double share, const std::string& text, bool restored);

 private:
  bool visible_;
  std::chrono::steady_clock::time_point start_;
  double restored_ = 0;
};

}  // namespace bitdown::apps
