// SPDX-License-Identifier: MIT
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>

#include "bitdown/status.h"
#include "cores.h"

namespace bitdown {

/// A team of threads that work on one job at a time. Between jobs they first spin for some 0.1 ms,
/// the time a layer takes, then sleep until the next. Where other programs keep a thread from its
/// core, the caller does its part. Not movable. One caller at a time.
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

  /// Calls work(part) once for every part in [0, threads()) and returns when all have returned:
  /// part 0 on this thread, the others side by side on threads of their own, or on this one behind
  /// part 0 where theirs have not begun by then.
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
    std::atomic<std::uint32_t> claimed = 0;  ///< The last job whose part somebody has begun.
  };

  void run(Job job, const void* context);
  void work(Worker& worker);
  /// Does the worker's part of a job unless that has begun: who claims it may read job_. False: the
  /// pool ends.
  bool work_once(Worker& worker, std::uint32_t job);
  static void* main(void* worker);

  Worker worker_[kMaxThreads - 1] = {};
  std::uint32_t workers_ = 0;
  Job job_ = nullptr;  ///< Null: the pool ends. Written before generation_, read once claimed.
  const void* context_ = nullptr;
  std::atomic<std::uint32_t> generation_ = 0;  ///< Rises with every job.
  std::atomic<std::uint32_t> pending_ = 0;     ///< Workers' parts of this job that are not done.
};

}  // namespace bitdown
