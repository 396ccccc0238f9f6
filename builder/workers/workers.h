// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

namespace bitdown::builder {

/// Hands out the indices of some items, in order, to whichever worker asks next.
class Turns {
 public:
  virtual ~Turns() = default;

  /// The next index, or nothing when all are taken or another worker has failed.
  virtual std::optional<std::size_t> next() = 0;
};

/// Calls `work` on up to `jobs` >= 1 threads, the calling one among them and no more than there are
/// items; each call takes its own Turns of the indices 0 to `count` - 1 until there are none. Fewer
/// threads than asked for will do when the system gives no more. When calls throw, the exception of
/// the one whose turn had the lowest index (0 before its first) is thrown after all have returned.
void run_workers(std::size_t count, std::size_t jobs, const std::function<void(Turns&)>& work);

/// Calls task(0) to task(count - 1) on up to `jobs` threads; what tasks throw is thrown.
void in_parallel(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& task);

/// `asked`, or one for each core when 0.
unsigned jobs_or_cores(unsigned asked);

}  // namespace bitdown::builder
