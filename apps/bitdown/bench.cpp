// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "bitdown/bench_report.h"
#include "bitdown/failure.h"
#include "bitdown/network_input.h"
#include "bitdown/peak.h"
#include "bitdown/progress.h"
#include "bitdown/verbs.h"
#include "core/session_settings.h"

namespace bitdown::apps {
namespace {

struct BenchOptions {
  std::string model;
  std::string other;
  std::string other_dense;
  std::string other_algorithm;
  std::string input;
  std::size_t runs = 50;
  std::size_t warmup = 5;
  bool json = false;
  SessionFlags session;

  SessionFlags other_session() const {
    SessionFlags flags = session;
    flags.dense = other_dense;
    flags.algorithm = other_algorithm;
    flags.plan.file.clear();  // Another blob has a plan of its own.
    return flags;
  }
};

// A model ready to run.
class Contender {
 public:
  Contender(const std::string& path, const SessionFlags& flags, const std::string& input)
      : path_(path),
        flags_(flags),
        model_(value_or_fail(path, Model::open(path.c_str()))),
        planned_(flags_.planned(model_, path)),
        session_(value_or_fail(path, Session::create(model_, planned_.options))),
        input_(network_input(model_, input)) {}

  void run(LatencyRecorder& latency) {
    const Status status = latency.run(session_, input_);
    if (!status.ok()) throw Failure(path_, status);
  }

  /// What is known before the first timed run.
  ModelReport report() const {
    SessionOptions options = planned_.options;
    options.precision = session_.precision();
    options.threads = session_.threads();
    return {path_,
            session_.isa(),
            session_.threads(),
            options.precision,
            {},
            measure_first_label(path_, options, planned_.plan.path(), input_)};
  }

 private:
  std::string path_;
  SessionFlags flags_;
  Model model_;
  PlannedOptions planned_;
  Session session_;
  std::vector<float> input_;
};

// One run of each in turn, so that whatever slows the machine for a while slows both.
void alternate(std::size_t rounds, Contender& model, Contender* other, BenchReport& report) {
  Progress progress(rounds);
  for (std::size_t i = 0; i < rounds; ++i) {
    model.run(report.model.latency);
    if (other != nullptr) other->run(report.other->latency);
    progress.step();
  }
}

BenchReport measure(const BenchOptions& options) {
  Contender model(options.model, options.session, options.input);
  std::optional<Contender> other;
  if (!options.other.empty()) {
    other.emplace(options.other, options.other_session(), options.input);
  }
  Contender* const second = other ? &*other : nullptr;

  BenchReport report;
  report.warmup = options.warmup;
  report.model = model.report();
  if (other) report.other = other->report();
  {
    BenchReport ignored = report;
    alternate(options.warmup, model, second, ignored);
  }
  // Not Session::isa(): that names the kernels of one type, and the other blob may have the other.
  const IsaSet isa = value_or_fail(options.model, choose_machine(options.session.options())).isa;
  report.before = read_machine(current_cpu());
  report.peak = measure_peak(isa);
  alternate(options.runs, model, second, report);
  report.after = read_machine(current_cpu());
  report.peak = larger(report.peak, measure_peak(isa));
  return report;
}

ExitCode bench(const BenchOptions& options) {
  const BenchReport report = measure(options);
  if (options.json) {
    print_json(report);
  } else {
    print_text(report);
  }
  return ExitCode::kOk;
}

}  // namespace

void add_bench(CLI::App& app, Work& work) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* verb = app.add_subcommand("bench", "Measure latency, memory and speed by layer");
  verb->add_option("MODEL", options->model, "The blob")->required();
  verb->add_option("--runs", options->runs, "Timed runs")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb->add_option("--warmup", options->warmup, "Runs before them")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  verb->add_option("--input", options->input,
                   "A photograph or a .npy file of a prepared input: float32 (3, H, W), or\n"
                   "(N, 3, H, W) for its first (default: numbers that are always the same)");
  CLI::Option* other = verb->add_option("--vs", options->other,
                                        "Another blob to compare with: runs alternate, and the\n"
                                        "ratio of the medians is printed");
  verb->add_option("--vs-dense", options->other_dense, "As --dense, for the blob of --vs")
      ->check(CLI::IsMember({"builtin", "xnnpack"}))
      ->needs(other);
  verb->add_option("--vs-algorithm", options->other_algorithm, "As --algorithm, for that blob")
      ->check(CLI::IsMember(algorithm_names()))
      ->needs(other);
  verb->add_flag("--json", options->json, "One JSON object instead of text");
  options->session.add_to(*verb);
  verb->footer(
      "Time and speed are those of all threads together. The time to the first label and the peak\n"
      "memory are those of a fresh process that opens the blob, creates a session and runs it "
      "once\n"
      "on a prepared input (median of five, files in the page cache). What float32 and int8 "
      "reach\n"
      "here are loops of their kernels' multiply-adds in registers, measured before and after "
      "the\n"
      "runs; tables need fewer multiply-adds and may come above. Other programs disturb all "
      "times;\n"
      "CPU time well below latency shows it. Ratios from --vs suffer least.\n"
      "Example:\n"
      "  bitdown import resnet50.pth -o dense.bdn --expand --dense-type fp32\n"
      "  bitdown bench resnet50.bdn --vs dense.bdn --vs-dense xnnpack");
  verb->callback([&work, options] { work = [options] { return bench(*options); }; });
}

}  // namespace bitdown::apps
