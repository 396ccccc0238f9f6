// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "kernels/convolution/share.h"
#include "thread_pool.h"

namespace bitdown {

/// What a step runs in: scratch for each thread of the pool, and the pool. Both are the session's.
struct Workspace {
  ThreadPool& pool;
  std::byte* scratch = nullptr;  ///< 64-byte aligned.
  std::size_t stride = 0;        ///< Bytes from one thread's scratch to the next one's.

  /// work(share, scratch) once for each thread, side by side; returns when all are done.
  template <typename Work>
  void share_out(const Work& work) const {
    pool.run([this, &work](std::uint32_t part) {
      work(kernels::Share{part, pool.threads()}, scratch + part * stride);
    });
  }
};

}  // namespace bitdown
