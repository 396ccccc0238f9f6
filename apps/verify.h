// SPDX-License-Identifier: MIT
#pragma once

#include "bitdown/session.h"
#include "exit_code.h"
#include "plan_source.h"

namespace bitdown::apps {

/// The verb `verify` of both tools: validates the blob at `path` completely, runs its golden input
/// when it has one, in 8 bits also in float32, and prints what was checked. kCheckFailed when the
/// golden output differs.
ExitCode verify(const char* path, const PlanChoice& plan, SessionOptions options);

}  // namespace bitdown::apps
