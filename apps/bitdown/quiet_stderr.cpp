// SPDX-License-Identifier: MIT
#include "bitdown/quiet_stderr.h"

#include <fcntl.h>
#include <unistd.h>

#include <mutex>

namespace bitdown::apps {
namespace {

struct Redirection {
  std::mutex mutex;
  int holders = 0;
  int saved = -1;
};

Redirection& redirection() {
  static Redirection instance;
  return instance;
}

}  // namespace

QuietStderr::QuietStderr() {
  Redirection& shared = redirection();
  const std::lock_guard lock(shared.mutex);
  if (shared.holders++ > 0) return;
  const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nothing < 0) return;
  shared.saved = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (shared.saved >= 0) ::dup2(nothing, STDERR_FILENO);
  ::close(nothing);
}

QuietStderr::~QuietStderr() {
  Redirection& shared = redirection();
  const std::lock_guard lock(shared.mutex);
  if (--shared.holders > 0 || shared.saved < 0) return;
  ::dup2(shared.saved, STDERR_FILENO);
  ::close(shared.saved);
  shared.saved = -1;
}

}  // namespace bitdown::apps
