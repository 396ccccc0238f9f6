// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "bitdown/failure.h"
#include "bitdown/json.h"
#include "bitdown/network_input.h"
#include "bitdown/npy.h"
#include "bitdown/output_file.h"
#include "bitdown/photo.h"
#include "bitdown/session_flags.h"
#include "bitdown/verbs.h"
#include "classifier.h"

namespace bitdown::apps {
namespace {

struct RunOptions {
  std::string model;
  std::vector<std::string> files;
  bool json = false;
  std::size_t top = 5;
  std::string logits;
  SessionFlags session;
};

class Runner {
 public:
  Runner(const RunOptions& options, Classifier& classifier)
      : options_(options), classifier_(classifier) {}

  /// Runs a photograph, or every input of a .npy file. Throws Failure.
  void run_file(const std::string& file) {
    if (file.ends_with(".npy")) {
      run_inputs(file);
      return;
    }
    const Status status = classifier_.prepare(view(read_photo(file)));
    if (!status.ok()) throw Failure(file, status);
    run_prepared(file, std::nullopt);
  }

  const std::vector<float>& logits() const { return logits_; }

 private:
  void run_inputs(const std::string& file) {
    const Shape shape = classifier_.model().input(0).shape;
    const std::vector<float> inputs = prepared_inputs(shape, file);
    const std::size_t size = shape.elements();
    for (std::size_t i = 0; i < inputs.size() / size; ++i) {
      std::copy_n(inputs.data() + i * size, size, classifier_.input().data());
      run_prepared(file, i);
    }
  }

  void run_prepared(const std::string& file, std::optional<std::size_t> input) {
    const Status status = classifier_.run();
    if (!status.ok()) throw Failure(file, status);
    if (options_.json) {
      print_json(file, input);
    } else {
      const std::string name = input ? file + " [" + std::to_string(*input) + "]" : file;
      print_predictions(name.c_str(), classifier_, options_.top);
    }
    if (options_.logits.empty()) return;
    logits_.insert(logits_.end(), classifier_.logits().begin(), classifier_.logits().end());
  }

  void print_json(const std::string& file, std::optional<std::size_t> input) const {
    Json line = {{"file", file}, {"top", Json::array()}};
    if (input) line["input"] = *input;
    for (const std::uint32_t index : best_classes(classifier_, options_.top)) {
      line["top"].push_back({{"index", index},
                             {"name", class_name(classifier_.model(), index)},
                             {"probability", classifier_.probabilities()[index]}});
    }
    print_line(line);
  }

  const RunOptions& options_;
  Classifier& classifier_;
  std::vector<float> logits_;
};

ExitCode run(const RunOptions& options) {
  std::vector<std::filesystem::path> inputs(options.files.begin(), options.files.end());
  inputs.insert(inputs.end(), {options.model, options.session.plan.file});
  check_output(options.logits, inputs);
  const Model model = value_or_fail(options.model, Model::open(options.model.c_str()));
  Classifier classifier = value_or_fail(
      options.model,
      Classifier::create(model, options.session.planned(model, options.model).options));
  Runner runner(options, classifier);
  ExitCode first_failure = ExitCode::kOk;
  for (const std::string& file : options.files) {
    try {
      runner.run_file(file);
    } catch (const Failure& failure) {
      print_error(failure.what());
      if (first_failure == ExitCode::kOk) first_failure = failure.code();
    }
  }
  // Rows without their photograph would be attributed to another.
  if (!options.logits.empty() && first_failure == ExitCode::kOk) {
    const std::size_t classes = model.output(0).shape.elements();
    write_npy(options.logits, {{runner.logits().size() / classes, classes}, runner.logits()});
  }
  return first_failure;
}

}  // namespace

void add_run(CLI::App& app, Work& work) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* verb = app.add_subcommand("run", "Say what photographs show");
  verb->add_option("MODEL", options->model, "The blob")->required();
  verb->add_option("IMAGE", options->files,
                   "Photographs, or .npy files of prepared inputs: float32 (N, C, H, W)")
      ->required();
  verb->add_flag("--json", options->json, "One JSON object a line: file, top");
  verb->add_option("--top", options->top, "How many classes")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_option("--logits", options->logits,
                   "Write all logits to this .npy file, float32 (N, classes); only when every\n"
                   "input worked");
  options->session.add_to(*verb);
  verb->footer(
      "A file that is no image gets its line on stderr, the others still run.\n"
      "Example:\n  bitdown run resnet50.bdn photo.jpg");
  verb->callback([&work, options] { work = [options] { return run(*options); }; });
}

}  // namespace bitdown::apps
