// SPDX-License-Identifier: MIT
// bitdown: the desktop tool. One file per verb; this one only starts them.
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <new>

#include "bitdown/failure.h"
#include "bitdown/verbs.h"
#include "error.h"
#include "exit_code.h"
#include "writer/writer.h"

namespace bitdown::apps {
namespace {

// A path of no characters is no path; CLI11 takes it for one.
void refuse_empty_values(const CLI::App& app) {
  for (const CLI::App* verb : app.get_subcommands()) {
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& value : option->results()) {
        if (value.empty()) throw CLI::ValidationError(option->get_name(), "must not be empty");
      }
    }
  }
}

// CLI11's messages may have several lines; the first says it all.
ExitCode wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error);  // --help or --version
    return ExitCode::kOk;
  }
  std::string message = error.what();
  message = message.substr(0, message.find('\n'));
  if (app.get_subcommands().empty() && !app.remaining().empty()) {
    message = app.remaining().front() + ": no such verb";
  }
  print_error(message + " (--help explains)");
  return ExitCode::kUsage;
}

ExitCode start(const Work& work) {
  try {
    return work();
  } catch (const Failure& failure) {
    print_error(failure.what());
    return failure.code();
  } catch (const builder::Error& error) {
    print_error(error.what());
    return exit_code(error.code());
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
    return ExitCode::kOutOfMemory;
  } catch (const std::exception& error) {
    print_error(std::string("internal error: ") + error.what());
    return ExitCode::kInternal;
  }
}

ExitCode main(int count, char** arguments) {
  CLI::App app("bitdown: neural networks that run from their compressed form");
  app.name("bitdown");
  app.set_version_flag("--version", "bitdown " BITDOWN_VERSION);
  app.require_subcommand(1);
  app.footer(std::string("bitdown VERB --help explains a verb with an example.\n") + kExitCodeHelp);
  Work work;
  add_build(app, work);
  add_import(app, work);
  add_calibrate(app, work);
  add_compare(app, work);
  add_finetune(app, work);
  add_inspect(app, work);
  add_verify(app, work);
  add_run(app, work);
  add_eval(app, work);
  add_sheet(app, work);
  add_sweep(app, work);
  add_bench(app, work);
  add_tune(app, work);
  add_plan(app, work);
  try {
    app.parse(count, arguments);
    refuse_empty_values(app);
  } catch (const CLI::ParseError& error) {
    return wrong_usage(app, error);
  }
  return start(work);
}

// Leaves no temporary file, then ends the process as the signal does.
extern "C" void clean_up(int signal) {
  builder::remove_unfinished_file();
  std::raise(signal);  // SA_RESETHAND: this one takes its default action.
}

void clean_up_when_interrupted() {
  struct sigaction action = {};
  action.sa_handler = clean_up;
  action.sa_flags = SA_RESETHAND;
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    struct sigaction before = {};
    // One that the caller ignores, as nohup does, stays ignored.
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace
}  // namespace bitdown::apps

int main(int count, char** arguments) {
  // Beyond the file size limit, write shall fail, and be reported, instead of ending the process.
  std::signal(SIGXFSZ, SIG_IGN);
  bitdown::apps::clean_up_when_interrupted();
  return static_cast<int>(bitdown::apps::finish(bitdown::apps::main(count, arguments)));
}
