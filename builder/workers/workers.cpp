// SPDX-License-Identifier: MIT
#include "workers/workers.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace bitdown::builder {
namespace {

class Pool {
 public:
  Pool(std::size_t count, const std::function<void(Turns&)>& work) : count_(count), work_(work) {}

  void run(std::size_t jobs) {
    {
      std::vector<std::jthread> threads;
      try {
        for (std::size_t i = 1; i < std::min(jobs, count_); ++i) {
          threads.emplace_back([this] { run_one(); });
        }
      } catch (const std::system_error&) {  // The system gives no more threads: fewer will do.
      }
      run_one();
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Worker final : Turns {
    explicit Worker(Pool& owner) : pool(owner) {}

    std::optional<std::size_t> next() override {
      if (pool.stop_) return std::nullopt;
      index = pool.next_++;
      if (index >= pool.count_) return std::nullopt;
      return index;
    }

    Pool& pool;
    std::size_t index = 0;
  };

  void run_one() {
    Worker worker(*this);
    try {
      work_(worker);
    } catch (...) {
      keep_failure(worker.index, std::current_exception());
    }
  }

  void keep_failure(std::size_t index, std::exception_ptr failure) {
    stop_ = true;
    const std::lock_guard lock(mutex_);
    if (failure_ && failed_index_ <= index) return;
    failure_ = std::move(failure);
    failed_index_ = index;
  }

  const std::size_t count_;
  const std::function<void(Turns&)>& work_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // Guards what follows.
  std::exception_ptr failure_;
  std::size_t failed_index_ = 0;
};

}  // namespace

void run_workers(std::size_t count, std::size_t jobs, const std::function<void(Turns&)>& work) {
  Pool(count, work).run(jobs);
}

void in_parallel(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& task) {
  run_workers(count, jobs, [&](Turns& turns) {
    while (const auto index = turns.next()) task(*index);
  });
}

unsigned jobs_or_cores(unsigned asked) {
  return asked > 0 ? asked : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace bitdown::builder
