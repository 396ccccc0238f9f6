// SPDX-License-Identifier: MIT
#include "workers/workers.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "doctest/doctest.h"

namespace bitdown::builder {
namespace {

TEST_CASE("every index is worked on once, whatever the number of threads") {
  for (const std::size_t count : {0u, 1u, 7u, 1000u}) {
    for (const std::size_t jobs : {1u, 2u, 5u, 64u}) {
      CAPTURE(count);
      CAPTURE(jobs);
      std::vector<int> visits(count);
      run_workers(count, jobs, [&](Turns& turns) {
        while (const auto index = turns.next()) ++visits[*index];
      });
      CHECK(visits == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("one thread takes the indices in order, and the caller is always among the workers") {
  std::vector<std::size_t> order;
  run_workers(5, 1, [&](Turns& turns) {
    while (const auto index = turns.next()) order.push_back(*index);
  });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4});
  std::atomic<int> calls = 0;
  run_workers(3, 8, [&](Turns&) { ++calls; });
  CHECK(calls == 3);
}

TEST_CASE("the failure of the lowest index is thrown, and the others stop") {
  for (const std::size_t jobs : {1u, 4u}) {
    CAPTURE(jobs);
    std::atomic<std::size_t> highest = 0;
    std::string message;
    try {
      run_workers(100'000, jobs, [&](Turns& turns) {
        while (const auto index = turns.next()) {
          if (*index >= 3) throw std::runtime_error(std::to_string(*index));
          highest = std::max(highest.load(), *index);
        }
      });
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    CHECK(message == "3");
    CHECK(highest <= 2);
  }
}

}  // namespace
}  // namespace bitdown::builder
