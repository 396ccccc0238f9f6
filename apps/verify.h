// SPDX-License-Identifier: MIT
#pragma once

#include "bitdown/model.h"
#include "bitdown/session.h"
#include "exit_code.h"

namespace bitdown::apps {

/// The verb `verify` of both tools, for the blob at `path`, which Model::open has validated
/// completely: runs its golden input when it has one, in 8 bits also in float32, and prints what
/// was checked. kCheckFailed when the golden output differs.
ExitCode verify(const char* path, const Model& model, const SessionOptions& options);

}  // namespace bitdown::apps
