// SPDX-License-Identifier: MIT
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>

#include "bitdown/status.h"
#include "cores.h"

namespace bitdown {

/// A team of threads that work on one job at a time. Between jobs they first spin for some 0.1 ms,
/// the time a layer takes, then sleep until the next. Not movable. One caller at a time.
class ThreadPool {
 public:
  static constexpr std::uint32_t kMaxThreads = CoreList::kMaxCores;

  /// The caller alone.
  ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  /// Starts threads so that `threads` (1 to kMaxThreads) work, the caller of run() included; call
  /// it once. `pin`: the n-th of them stays on the n-th CPU of `cores`, the caller where it likes.
  /// Fails with kOutOfMemory when the system has no thread left.
  Status start(std::uint32_t threads, bool pin, const CoreList& cores);

  /// The caller of run() included.
  std::uint32_t threads() const { return workers_ + 1; }

  /// Calls work(part) for every part in [0, threads()), each on its own thread, part 0 on this one;
  /// returns when all have returned.
  template <typename Work>
  void run(const Work& work) {
    run([](const void* context, std::uint32_t part) { (*static_cast<const Work*>(context))(part); },
        &work);
  }

 private:
  using Job = void (*)(const void* context, std::uint32_t part);
  struct Worker {
    ThreadPool* pool = nullptr;
    std::uint32_t part = 0;
    pthread_t thread = {};
  };

  void run(Job job, const void* context);
  void work(std::uint32_t part);
  static void* main(void* worker);

  Worker worker_[kMaxThreads - 1] = {};
  std::uint32_t workers_ = 0;
  Job job_ = nullptr;  ///< Null: the pool ends. Written before generation_, read after it.
  const void* context_ = nullptr;
  std::atomic<std::uint32_t> generation_ = 0;  ///< Rises with every job.
  std::atomic<std::uint32_t> pending_ = 0;     ///< Workers that have not finished this job.
};

}  // namespace bitdown
