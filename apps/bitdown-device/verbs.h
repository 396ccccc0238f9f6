// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "bitdown/session.h"
#include "exit_code.h"
#include "plan_source.h"

namespace bitdown::apps {

/// What the command line says; strings belong to it.
struct DeviceOptions {
  const char* model = nullptr;
  std::span<char* const> photos;
  SessionOptions session;
  PlanChoice plan;
  std::size_t top = 5;
};

/// Prints the most probable classes of every photograph. One bad photograph does not stop the
/// others; the exit code is that of the first.
ExitCode run(const DeviceOptions& options);

/// Prints what the network is and what it needs here.
ExitCode info(const DeviceOptions& options);

}  // namespace bitdown::apps
