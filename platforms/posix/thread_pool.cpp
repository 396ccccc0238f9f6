// SPDX-License-Identifier: MIT
#include "thread_pool.h"

#include <sched.h>

namespace bitdown {
namespace {

constexpr int kSpins = 4000;  // About 0.1 ms: longer than what lies between two layers.

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__ARM_ARCH_7A__)
  __asm__ volatile("yield");
#endif
}

// Returns once `value` is no longer `old`.
void await_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  value.wait(old, std::memory_order_acquire);
}

// Best effort: a CPU may have gone since it was listed.
void pin_to([[maybe_unused]] pthread_t thread, [[maybe_unused]] unsigned cpu) {
#if defined(__linux__) && !defined(__ANDROID__)
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  pthread_setaffinity_np(thread, sizeof set, &set);
#endif
}

}  // namespace

ThreadPool::~ThreadPool() {
  if (workers_ == 0) return;
  job_ = nullptr;
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (std::uint32_t i = 0; i < workers_; ++i) pthread_join(worker_[i].thread, nullptr);
}

Status ThreadPool::start(std::uint32_t threads, bool pin, const CoreList& cores) {
  for (std::uint32_t part = 1; part < threads; ++part) {
    Worker& worker = worker_[part - 1];
    worker.pool = this;
    worker.part = part;
    if (pthread_create(&worker.thread, nullptr, main, &worker) != 0) {
      return Status(StatusCode::kOutOfMemory, "cannot start a thread");
    }
    ++workers_;
    if (pin) pin_to(worker.thread, cores.cpus[part % cores.count]);
  }
  return {};
}

void ThreadPool::run(Job job, const void* context) {
  if (workers_ > 0) {
    job_ = job;
    context_ = context;
    pending_.store(workers_, std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
  }
  job(context, 0);
  const std::uint32_t now = generation_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < workers_; ++i) work_once(worker_[i], now);
  std::uint32_t left = pending_.load(std::memory_order_acquire);
  for (; left != 0; left = pending_.load(std::memory_order_acquire)) await_change(pending_, left);
}

bool ThreadPool::work_once(Worker& worker, std::uint32_t job) {
  std::uint32_t before = job - 1;
  if (!worker.claimed.compare_exchange_strong(before, job, std::memory_order_acq_rel)) return true;
  if (job_ == nullptr) return false;
  job_(context_, worker.part);
  if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
  return true;
}

void ThreadPool::work(Worker& worker) {
  std::uint32_t seen = 0;
  do {
    await_change(generation_, seen);
    seen = generation_.load(std::memory_order_acquire);
  } while (work_once(worker, seen));
}

void* ThreadPool::main(void* worker) {
  auto* const self = static_cast<Worker*>(worker);
  self->pool->work(*self);
  return nullptr;
}

}  // namespace bitdown
