// SPDX-License-Identifier: MIT
#include "cpu_model.h"

#include <algorithm>
#include <string>

#include "doctest/doctest.h"
#include "support/machine_isa.h"

TEST_CASE("the CPU's name is one plain word, the same each time") {
  const std::string name = bitdown::cpu_model().name;
  CHECK(name == bitdown::cpu_model().name);
  CHECK_FALSE(name.empty());
  CHECK(name.size() < sizeof(bitdown::CpuModel::name));
  CHECK(std::ranges::all_of(name, [](char c) {
    return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }));
#if defined(__x86_64__)
  // The vendor, as Linux tells it.
  CHECK(bitdown::tests::cpu_has(name.substr(0, name.find('-'))));
  CHECK(std::ranges::count(name, '-') == 3);
#endif
}
