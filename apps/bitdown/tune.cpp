// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>

#include "algorithm_names.h"
#include "bitdown/failure.h"
#include "bitdown/json.h"
#include "bitdown/latency.h"
#include "bitdown/network_input.h"
#include "bitdown/output_file.h"
#include "bitdown/plan_text.h"
#include "bitdown/progress.h"
#include "bitdown/session_flags.h"
#include "bitdown/verbs.h"
#include "core/session_settings.h"

namespace bitdown::apps {
namespace {

constexpr double kBusy = 1.15;  // Spread of runs above which measurements are doubtful.

struct TuneOptions {
  std::string model;
  std::string output;  ///< Empty: beside the model.
  std::string isa;
  std::string precision;
  std::string input;
  std::vector<unsigned> threads;  ///< Empty: one, and one a big core.
  std::size_t runs = 30;
  bool json = false;
};

// A session that runs all layers by one algorithm.
class Candidate {
 public:
  Candidate(const std::string& path, const Model& model, SessionOptions options,
            const AlgorithmName& name)
      : path_(path), name_(name) {
    options.algorithm = name.algorithm;
    options.memory_budget = SIZE_MAX;  // For kExpanded: all layers.
    session_.emplace(value_or_fail(path, Session::create(model, options)));
  }

  void run(std::span<const float> input) {
    const Status status = latency_.run(*session_, input);
    if (!status.ok()) throw Failure(path_, status);
  }

  /// The least of all runs of an operator: other programs only ever add to a time.
  std::uint64_t least_ns(std::size_t index) const {
    const std::vector<double>& ms = latency_.operators()[index].ms;
    const double ns = 1e6 * *std::min_element(ms.begin(), ms.end());
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(ns)));
  }

  /// The median time of a run divided by the least: how much other programs disturb.
  double spread() const {
    const std::vector<double>& ms = latency_.ms();
    return percentile(ms, 0.5) / *std::min_element(ms.begin(), ms.end());
  }

  const AlgorithmName& name() const { return name_; }
  const Session& session() const { return *session_; }

 private:
  const std::string& path_;
  const AlgorithmName& name_;
  std::optional<Session> session_;
  LatencyRecorder latency_;
};

struct Measured {
  Precision precision = Precision::kFast;
  std::vector<LayerTimes> times;  ///< Of every operator that has a choice; the others' are 0.
  double spread = 1;              ///< Candidate::spread().
};

// Runs of the candidates alternate, so that whatever slows the machine for a while slows all.
Measured measure(const TuneOptions& options, const Model& model, const SessionOptions& session,
                 std::span<const float> input) {
  std::vector<std::unique_ptr<Candidate>> candidates;
  for (const AlgorithmName& entry : kAlgorithmNames) {  // First kDecode, which always runs.
    const bool first = candidates.empty();
    if (!first && !entry.runs_in(candidates.front()->session().precision())) continue;
    candidates.push_back(std::make_unique<Candidate>(options.model, model, session, entry));
  }
  Progress progress(options.runs);
  for (std::size_t i = 0; i < options.runs; ++i) {
    for (const auto& candidate : candidates) candidate->run(input);
    progress.step();
  }
  Measured measured;
  measured.precision = candidates.front()->session().precision();
  measured.spread = candidates.front()->spread();
  measured.times.resize(candidates.front()->session().operator_count());
  for (const auto& candidate : candidates) {
    const auto time = candidate->name().time;
    for (std::size_t i = 0; i < measured.times.size(); ++i) {
      const LayerTimes& possible = candidate->session().layer_plan(i).predicted;
      if (possible.*time != 0) measured.times[i].*time = candidate->least_ns(i);
    }
  }
  return measured;
}

// What was measured for one number of threads.
struct Tuned {
  unsigned threads = 1;
  const AlgorithmName* other = nullptr;  ///< What layers choose instead of decoding.
  std::size_t layers = 0;
  std::size_t faster = 0;     ///< Layers for which the other algorithm was faster.
  std::uint64_t decode = 0;   ///< Nanoseconds of all those layers by decoding.
  std::uint64_t fastest = 0;  ///< The same, each by the faster algorithm.
  double spread = 1;          ///< Of the runs.
};

Tuned summarize(unsigned threads, const Measured& measured) {
  Tuned tuned;
  tuned.threads = threads;
  tuned.other = find_algorithm(measured.precision == Precision::kFast ? "table" : "winograd");
  tuned.spread = measured.spread;
  for (const LayerTimes& layer : measured.times) {
    if (layer.decode == 0) continue;
    const std::uint64_t other = layer.*tuned.other->time;
    const bool faster = other != 0 && other < layer.decode;
    ++tuned.layers;
    tuned.faster += faster;
    tuned.decode += layer.decode;
    tuned.fastest += faster ? other : layer.decode;
  }
  return tuned;
}

void print(const TuneOptions& options, const std::vector<Tuned>& all) {
  Json sections = Json::array();
  for (const Tuned& tuned : all) {
    const double decode_ms = static_cast<double>(tuned.decode) * 1e-6;
    const double fastest_ms = static_cast<double>(tuned.fastest) * 1e-6;
    sections.push_back({{"threads", tuned.threads},
                        {"layers", tuned.layers},
                        {tuned.other->name + std::string("_layers"), tuned.faster},
                        {"decode_ms", decode_ms},
                        {"fastest_ms", fastest_ms},
                        {"median_over_least", tuned.spread}});
    if (options.json) continue;
    std::printf("%u thread%s: %zu of %zu layers faster by %s; their sum %.3f ms instead of %.3f\n",
                tuned.threads, tuned.threads == 1 ? "" : "s", tuned.faster, tuned.layers,
                tuned.other->name, fastest_ms, decode_ms);
    if (tuned.spread > kBusy) {
      std::printf("  other programs were running: most runs took %.0f %% longer than the fastest\n",
                  100 * (tuned.spread - 1));
    }
  }
  if (options.json) {
    print_line({{"output", options.output}, {"runs", options.runs}, {"plans", sections}});
  } else {
    std::printf("%s: written\n", printable(options.output).c_str());
  }
}

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

// The file's text, or nothing where there is none that can be read: it will be replaced.
std::string old_text(const std::string& path) {
  const Result<MappedFile> file = MappedFile::open(path.c_str());
  if (!file.ok()) return {};
  return {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
}

ExitCode tune(TuneOptions options) {
  if (options.output.empty()) options.output = plan_beside(options.model);
  check_output(options.output, {options.model});
  const Model model = value_or_fail(options.model, Model::open(options.model.c_str()));
  const std::vector<float> input = network_input(model, options.input);
  std::string text = old_text(options.output);
  if (!text.empty() && !text.starts_with("bitdown plan ")) {
    throw Failure(ExitCode::kOutput, options.output + ": is there and no plan file");
  }
  SessionOptions session;
  if (options.precision == "exact") session.precision = Precision::kExact;
  if (options.precision == "fast") session.precision = Precision::kFast;
  if (!options.isa.empty()) session.isa = options.isa.c_str();
  if (options.threads.empty()) {
    options.threads = {1};
    const unsigned all = big_cores().count;
    if (all > 1) options.threads.push_back(all);
  }
  std::vector<Tuned> all;
  for (const unsigned threads : options.threads) {
    session.threads = threads;
    const PlanKey key = value_or_fail(options.model, plan_key(model, session));
    const Measured measured = measure(options, model, session, input);
    text = plan_text(text, key, measured.times);
    all.push_back(summarize(threads, measured));
  }
  write_output(options.output, bytes_of(text));
  print(options, all);
  return ExitCode::kOk;
}

}  // namespace

void add_tune(CLI::App& app, Work& work) {
  const auto options = std::make_shared<TuneOptions>();
  CLI::App* verb = app.add_subcommand("tune", "Measure which algorithm is fastest for each layer");
  verb->add_option("MODEL", options->model, "The blob")->required();
  verb->add_option("-o,--output", options->output, "The plan file (default: MODEL.plan)");
  verb->add_option("--threads", options->threads,
                   "Numbers of threads to measure with (default: 1, and one a big core)")
      ->check(CLI::Range(1, 64));
  verb->add_option("--isa", options->isa, "Instruction set (default: the best of this CPU)")
      ->check(isa_check());
  verb->add_option("--precision", options->precision, "As for bench")
      ->check(CLI::IsMember({"exact", "fast"}));
  verb->add_option("--input", options->input, "As for bench");
  verb->add_option("--runs", options->runs, "Runs by each algorithm; the fastest counts")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb->add_flag("--json", options->json, "One JSON object instead of text");
  verb->footer(
      "Runs the network by each algorithm in turns and writes what each layer took. Sessions on\n"
      "this CPU, with this instruction set, precision and number of threads, then choose by it;\n"
      "`bitdown plan` shows how. What the file says of others stays. Other\n"
      "programs disturb, several threads more than one; more runs help.\n"
      "Example:\n  bitdown tune resnet50.bdn");
  verb->callback([&work, options] { work = [options] { return tune(*options); }; });
}

}  // namespace bitdown::apps
