// SPDX-License-Identifier: MIT
#include "thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

TEST_CASE("every part of every job is worked on once, and run() waits for all") {
  for (const std::uint32_t threads : {1u, 2u, 3u, 8u, ThreadPool::kMaxThreads}) {
    CAPTURE(threads);
    ThreadPool pool;
    REQUIRE(pool.start(threads, threads == 3, big_cores()).ok());
    REQUIRE(pool.threads() == threads);
    std::vector<int> calls(threads, 0);  // Not atomic: run() must order the accesses.
    for (int job = 0; job < 200; ++job) {
      pool.run([&](std::uint32_t part) { calls[part] += 1; });
      REQUIRE(std::accumulate(calls.begin(), calls.end(), 0) ==
              (job + 1) * static_cast<int>(threads));
    }
  }
}

TEST_CASE("the caller works on part 0, and on parts whose threads come late") {
  constexpr std::uint32_t kThreads = ThreadPool::kMaxThreads;  // More than there are CPUs.
  ThreadPool pool;
  REQUIRE(pool.start(kThreads, false, big_cores()).ok());
  std::vector<std::thread::id> ids(kThreads);
  std::vector<std::set<std::thread::id>> seen(kThreads);
  int late = 0;
  for (int job = 0; job < 50; ++job) {
    pool.run([&](std::uint32_t part) { ids[part] = std::this_thread::get_id(); });
    REQUIRE(ids[0] == std::this_thread::get_id());
    for (std::uint32_t part = 1; part < kThreads; ++part) {
      if (ids[part] == ids[0]) {
        ++late;
      } else {
        seen[part].insert(ids[part]);
      }
    }
  }
  CHECK(late > 0);
  std::set<std::thread::id> own;
  std::size_t threads = 0;
  for (const std::set<std::thread::id>& of_part : seen) {
    CHECK(of_part.size() <= 1);
    threads += of_part.size();
    own.insert(of_part.begin(), of_part.end());
  }
  CHECK(own.size() == threads);
}

TEST_CASE("parts run side by side") {
  ThreadPool pool;
  REQUIRE(pool.start(2, false, big_cores()).ok());
  std::atomic<int> here = 0;
  pool.run([&](std::uint32_t) {  // Part 0 ends only once the other's thread has come.
    ++here;
    while (here < 2) std::this_thread::yield();
  });
  CHECK(here == 2);
}

TEST_CASE("threads that have gone to sleep wake up for the next job") {
  ThreadPool pool;
  REQUIRE(pool.start(3, false, big_cores()).ok());
  int calls[3] = {};
  for (int job = 0; job < 5; ++job) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.run([&](std::uint32_t part) { calls[part] += 1; });
  }
  for (const int count : calls) CHECK(count == 5);
}

TEST_CASE("big cores are different CPUs, at least one") {
  const CoreList cores = big_cores();
  REQUIRE(cores.count >= 1);
  REQUIRE(cores.count <= std::max(1u, std::thread::hardware_concurrency()));
  CHECK(std::set<int>(cores.cpus, cores.cpus + cores.count).size() == cores.count);
}

}  // namespace
}  // namespace bitdown::tests
