// SPDX-License-Identifier: MIT
#pragma once

namespace bitdown::apps {

/// While one lives, what the process writes to stderr is dropped: libjpeg, libpng and OpenCV print
/// remarks there that nobody can switch off, and an error is one line of ours. Any number of
/// threads may hold one at a time.
class QuietStderr {
 public:
  QuietStderr();
  ~QuietStderr();
  QuietStderr(const QuietStderr&) = delete;
  QuietStderr& operator=(const QuietStderr&) = delete;
};

}  // namespace bitdown::apps
