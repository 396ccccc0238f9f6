// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace bitdown::apps {

/// What Linux tells of a core under load, in its sysfs; virtual machines often tell nothing.
struct MachineState {
  std::optional<double> temperature_c;  ///< Of the hottest thermal zone.
  std::optional<double> clock_mhz;
  std::optional<double> max_clock_mhz;
  std::optional<std::uint64_t> throttle_count;  ///< How often heat has lowered this core's clock.
  std::optional<bool> cooling;                  ///< Heat limits the clock of some core just now.
};

/// Of core `cpu`. `sys` is where sysfs is mounted.
MachineState read_machine(unsigned cpu, const std::filesystem::path& sys = "/sys");

/// Whether heat lowered the clock between two readings; absent when Linux does not tell.
std::optional<bool> throttled(const MachineState& before, const MachineState& after);

/// The core this thread runs on.
unsigned current_cpu();

}  // namespace bitdown::apps
