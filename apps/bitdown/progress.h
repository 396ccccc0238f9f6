// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <mutex>

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

}  // namespace bitdown::apps
