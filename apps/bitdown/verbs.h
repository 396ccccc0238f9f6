// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "exit_code.h"

namespace CLI {
class App;
}

namespace bitdown::apps {

/// What the verb on the command line does, once all of it is parsed. May throw Failure,
/// builder::Error or std::bad_alloc.
using Work = std::function<ExitCode()>;

/// Each adds its verb with options and help to `app`; the verb sets `work` when it is chosen.
void add_build(CLI::App& app, Work& work);
void add_import(CLI::App& app, Work& work);
void add_calibrate(CLI::App& app, Work& work);
void add_compare(CLI::App& app, Work& work);
void add_finetune(CLI::App& app, Work& work);
void add_inspect(CLI::App& app, Work& work);
void add_verify(CLI::App& app, Work& work);
void add_run(CLI::App& app, Work& work);
void add_eval(CLI::App& app, Work& work);
void add_sheet(CLI::App& app, Work& work);
void add_sweep(CLI::App& app, Work& work);
void add_bench(CLI::App& app, Work& work);
void add_tune(CLI::App& app, Work& work);
void add_plan(CLI::App& app, Work& work);

}  // namespace bitdown::apps
