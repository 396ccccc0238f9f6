// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace bitdown::apps {

/// What bitdown-first-label prints, on one line. Times are nanoseconds of the steady clock, which
/// all processes share.
struct Stamps {
  long long main = 0;                     ///< The program is loaded.
  long long ready = 0;                    ///< Model open, session created, input there.
  long long label = 0;                    ///< The first label is known.
  unsigned long long peak_rss_bytes = 0;  ///< VmHWM; 0 when the system does not tell.
};

/// For printf and scanf, in the order of the fields.
inline constexpr const char* kStampsFormat = "%lld %lld %lld %llu";

inline long long now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace bitdown::apps
