// SPDX-License-Identifier: MIT
#include "bitdown/machine.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace bitdown::apps {
namespace {

namespace fs = std::filesystem;

template <typename T>
std::optional<T> read(const fs::path& file) {
  std::ifstream stream(file);
  T value;
  if (stream >> value) return value;
  return std::nullopt;
}

std::optional<double> read_scaled(const fs::path& file, double scale) {
  const auto value = read<double>(file);
  return value ? std::optional(*value * scale) : std::nullopt;
}

// Calls use(folder) for each /sys/class/thermal/PREFIX*.
template <typename Use>
void for_each_thermal(const fs::path& sys, const std::string& prefix, const Use& use) {
  std::error_code ignored;  // No such folder: nothing to tell.
  for (const auto& entry : fs::directory_iterator(sys / "class/thermal", ignored)) {
    if (entry.path().filename().string().starts_with(prefix)) use(entry.path());
  }
}

std::optional<double> hottest(const fs::path& sys) {
  std::optional<double> result;
  for_each_thermal(sys, "thermal_zone", [&](const fs::path& zone) {
    const auto degrees = read_scaled(zone / "temp", 1e-3);
    if (degrees) result = std::max(result.value_or(*degrees), *degrees);
  });
  return result;
}

// Devices that cool by lowering a clock: "thermal-cpufreq-0" on ARM, "Processor" with ACPI.
std::optional<bool> cooling(const fs::path& sys) {
  std::optional<bool> result;
  for_each_thermal(sys, "cooling_device", [&](const fs::path& device) {
    const std::string type = read<std::string>(device / "type").value_or("");
    if (type != "Processor" && type.find("cpufreq") == std::string::npos) return;
    const auto state = read<std::uint64_t>(device / "cur_state");
    if (state) result = result.value_or(false) || *state > 0;
  });
  return result;
}

}  // namespace

MachineState read_machine(unsigned cpu, const fs::path& sys) {
  const fs::path core = sys / "devices/system/cpu" / ("cpu" + std::to_string(cpu));
  MachineState state;
  state.temperature_c = hottest(sys);
  state.clock_mhz = read_scaled(core / "cpufreq/scaling_cur_freq", 1e-3);
  state.max_clock_mhz = read_scaled(core / "cpufreq/cpuinfo_max_freq", 1e-3);
  state.throttle_count = read<std::uint64_t>(core / "thermal_throttle/core_throttle_count");
  state.cooling = cooling(sys);
  return state;
}

std::optional<bool> throttled(const MachineState& before, const MachineState& after) {
  std::optional<bool> result = after.cooling;
  if (before.throttle_count && after.throttle_count) {
    result = result.value_or(false) || *after.throttle_count > *before.throttle_count;
  }
  return result;
}

unsigned current_cpu() {
  return static_cast<unsigned>(std::max(0, sched_getcpu()));
}

}  // namespace bitdown::apps
