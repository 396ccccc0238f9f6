// SPDX-License-Identifier: MIT
#include "verify.h"

#include <CLI/CLI.hpp>

#include "bitdown/failure.h"
#include "bitdown/session_flags.h"
#include "bitdown/verbs.h"

namespace bitdown::apps {

void add_verify(CLI::App& app, Work& work) {
  struct VerifyOptions {
    std::string model;
    SessionFlags session;
  };
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* verb = app.add_subcommand("verify", "Check that a blob is complete and works here");
  verb->add_option("MODEL", options->model, "The blob")->required();
  options->session.add_to(*verb);
  verb->footer(
      "Validates every offset, shape and code. A blob with a golden input and output is also run;\n"
      "exit code 1 when its output differs.\n"
      "Example:\n  bitdown verify resnet50.bdn");
  verb->callback([&work, options] {
    work = [options] {
      const Model model = value_or_fail(options->model, Model::open(options->model.c_str()));
      return verify(options->model.c_str(), model,
                    options->session.planned(model, options->model).options);
    };
  });
}

}  // namespace bitdown::apps
