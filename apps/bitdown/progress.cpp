// SPDX-License-Identifier: MIT
#include "bitdown/progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace bitdown::apps {

Progress::Progress(std::size_t total) : total_(total), visible_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (visible_) std::fprintf(stderr, "\r\033[K");
}

void Progress::step() {
  const std::lock_guard lock(mutex_);
  ++done_;
  if (!visible_) return;
  constexpr std::size_t kWidth = 40;
  const std::size_t filled = done_ * kWidth / total_;
  const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
  std::fprintf(stderr, "\r[%s] %zu/%zu", bar.c_str(), done_, total_);
}

}  // namespace bitdown::apps
