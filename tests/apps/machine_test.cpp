// SPDX-License-Identifier: MIT
#include "bitdown/machine.h"

#include <fstream>

#include "doctest/doctest.h"
#include "support/folder.h"

namespace bitdown::apps {
namespace {

namespace fs = std::filesystem;

void put(const tests::Folder& sys, const char* file, const char* text) {
  const fs::path path = sys / file;
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text << "\n";
}

TEST_CASE("a machine that tells nothing leaves everything out") {
  const tests::Folder sys;
  const MachineState state = read_machine(0, sys / "");
  CHECK_FALSE(state.temperature_c);
  CHECK_FALSE(state.clock_mhz);
  CHECK_FALSE(state.max_clock_mhz);
  CHECK_FALSE(throttled(state, state));
  CHECK_FALSE(read_machine(0, sys / "nowhere").temperature_c);
}

TEST_CASE("temperature of the hottest zone, clock of the core that is asked for") {
  const tests::Folder sys;
  put(sys, "class/thermal/thermal_zone0/temp", "41000");
  put(sys, "class/thermal/thermal_zone1/temp", "63500");
  put(sys, "class/thermal/thermal_zone2/temp", "unreadable");
  put(sys, "devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "600000");
  put(sys, "devices/system/cpu/cpu3/cpufreq/scaling_cur_freq", "1800000");
  put(sys, "devices/system/cpu/cpu3/cpufreq/cpuinfo_max_freq", "2400000");
  const MachineState state = read_machine(3, sys / "");
  CHECK(state.temperature_c.value() == doctest::Approx(63.5));
  CHECK(state.clock_mhz.value() == doctest::Approx(1800));
  CHECK(state.max_clock_mhz.value() == doctest::Approx(2400));
  CHECK_FALSE(throttled(state, state));
}

TEST_CASE("a core that counts its throttling was throttled when the count rose") {
  const tests::Folder sys;
  const char* const count = "devices/system/cpu/cpu0/thermal_throttle/core_throttle_count";
  put(sys, count, "5");
  const MachineState before = read_machine(0, sys / "");
  CHECK(throttled(before, read_machine(0, sys / "")) == false);
  put(sys, count, "6");
  CHECK(throttled(before, read_machine(0, sys / "")) == true);
}

TEST_CASE("a device that cools by the clock throttles, a fan does not") {
  const tests::Folder sys;
  put(sys, "class/thermal/cooling_device0/type", "pwm-fan");
  put(sys, "class/thermal/cooling_device0/cur_state", "3");
  CHECK_FALSE(throttled({}, read_machine(0, sys / "")));
  put(sys, "class/thermal/cooling_device1/type", "thermal-cpufreq-0");
  put(sys, "class/thermal/cooling_device1/cur_state", "0");
  CHECK(throttled({}, read_machine(0, sys / "")) == false);
  put(sys, "class/thermal/cooling_device1/cur_state", "2");
  CHECK(throttled({}, read_machine(0, sys / "")) == true);
}

}  // namespace
}  // namespace bitdown::apps
