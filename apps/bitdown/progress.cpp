// SPDX-License-Identifier: MIT
#include "bitdown/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <string>

namespace bitdown::apps {
namespace {

constexpr double kWidth = 40;

std::string bar(double share) {
  const auto filled = static_cast<std::size_t>(share * kWidth);
  return std::string(filled, '#') + std::string(static_cast<std::size_t>(kWidth) - filled, '.');
}

std::string duration_text(double seconds) {
  if (seconds < 90) return std::to_string(std::lround(seconds)) + " s";
  return std::to_string(std::lround(seconds / 60)) + " min";
}

}  // namespace

Progress::Progress(std::size_t total) : total_(total), visible_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (visible_) std::fprintf(stderr, "\r\033[K");
}

void Progress::step() {
  const std::lock_guard lock(mutex_);
  ++done_;
  if (!visible_) return;
  const double share = static_cast<double>(done_) / static_cast<double>(total_);
  std::fprintf(stderr, "\r[%s] %zu/%zu", bar(share).c_str(), done_, total_);
}

TimedProgress::TimedProgress()
    : visible_(::isatty(STDERR_FILENO) == 1), start_(std::chrono::steady_clock::now()) {}

TimedProgress::~TimedProgress() {
  if (visible_) std::fprintf(stderr, "\r\033[K");
}

void TimedProgress::update(double share, const std::string& text, bool restored) {
  if (restored) {
    restored_ = share;
    start_ = std::chrono::steady_clock::now();
  }
  if (!visible_) return;
  std::string left;
  if (share > restored_) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    left = ", " + duration_text(elapsed.count() / (share - restored_) * (1 - share)) + " left";
  }
  std::fprintf(stderr, "\r\033[K[%s] %s%s", bar(share).c_str(), text.c_str(), left.c_str());
}

}  // namespace bitdown::apps
