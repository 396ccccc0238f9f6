// SPDX-License-Identifier: MIT
#include "bitdown/build_job.h"

#include <chrono>
#include <filesystem>
#include <system_error>

#include "bitdown/build_answers.h"
#include "bitdown/calibration.h"
#include "bitdown/failure.h"
#include "bitdown/golden.h"
#include "bitdown/image_folder.h"
#include "bitdown/lines.h"
#include "bitdown/model.h"
#include "bitdown/output_file.h"
#include "bitdown/progress.h"
#include "bitdown/recipe_settings.h"
#include "bitdown/tuning.h"
#include "calibrate/calibrate.h"
#include "error.h"
#include "importers/importer.h"
#include "importers/sha256.h"
#include "quantize/images.h"
#include "quantize/probe.h"
#include "quantize/quantize.h"
#include "quantize/state_file.h"
#include "workers/workers.h"
#include "writer/writer.h"

namespace bitdown::apps {
namespace {

constexpr auto kPrecision = builder::DensePrecision::kFloat16;

std::string numbers_of(const Preprocessing& how) {
  std::string text = std::to_string(how.resize_shorter);
  for (std::uint32_t c = 0; c < how.channels; ++c) {
    for (const float number : {how.mean[c], how.std[c]}) text += " " + std::to_string(number);
  }
  return text;
}

builder::Graph read_network(const BuildJob& job) {
  builder::Graph graph = builder::import_network(job.network);
  job.description.apply(job.network, graph);
  preprocessing_of(job.network, graph);  // Images are needed for all that follows.
  return graph;
}

// Before the long work, so that a mistake in the list shows at once.
std::vector<LabelledPhoto> read_photos(const BuildJob& job, const builder::Graph& graph) {
  if (job.labels.empty()) return {};
  return read_photo_labels(job.labels, graph.values[graph.outputs.front()].elements());
}

// What the layers of a state file belong to: anything that changes them.
std::string fingerprint(const builder::Recipe& recipe, const builder::Graph& graph,
                        const std::vector<std::filesystem::path>& images) {
  const std::string text = std::string(BITDOWN_VERSION "\n") + graph.provenance.source_sha256 +
                           "\n" + text_of(recipe) + "\n" + numbers_of(*graph.preprocessing) + "\n" +
                           names_and_sizes(images);
  return builder::sha256(std::as_bytes(std::span(text)));
}

// Of all numbers that a float runtime would load.
std::uint64_t float_bytes(const builder::Graph& graph) {
  std::uint64_t numbers = 0;
  for (const builder::Node& node : graph.nodes) {
    if (const auto* convolution = std::get_if<builder::Convolution>(&node.op)) {
      numbers += std::visit([](const auto& w) { return std::uint64_t{w.rows} * w.columns; },
                            convolution->weights);
      numbers += convolution->scale.size() + convolution->shift.size();
    } else if (const auto* linear = std::get_if<builder::Linear>(&node.op)) {
      numbers += std::visit([](const auto& w) { return std::uint64_t{w.rows} * w.columns; },
                            linear->weights);
      numbers += linear->bias.size();
    }
  }
  return 4 * numbers;
}

class Build {
 public:
  explicit Build(const BuildJob& job)
      : job_(job),
        recipe_(job.recipe),
        graph_(read_network(job)),
        images_(list_images(job.images, job.limit)),
        photos_(read_photos(job, graph_)),
        state_file_(job.output + ".partial") {
    if (job.finetune > 0) refuse_without_libtorch();
    check_output(job.output, images_);
    check_partial(state_file_);
    if (job.finetune > 0) check_partial(tuning_file(job.output));
    result_.network = job.network;
    result_.output = job.output;
    result_.architecture = graph_.provenance.architecture;
    result_.source_sha256 = graph_.provenance.source_sha256;
    result_.jobs = builder::jobs_or_cores(job.jobs);
    result_.bytes_float = float_bytes(graph_);
  }

  BuildResult run() {
    const auto start = std::chrono::steady_clock::now();
    if (job_.judge || !job_.labels.empty()) {
      source_ =
          builder::aligned_copy(builder::write_blob(graph_, builder::DensePrecision::kFloat32));
    }
    const builder::Graph teacher = job_.finetune > 0 ? graph_ : builder::Graph();
    if (job_.target_megabytes > 0) fit();
    quantize();
    if (job_.finetune > 0) tune(teacher);
    calibrate();
    add_golden(graph_, kPrecision);
    const std::vector<std::byte> blob = builder::write_blob(graph_, kPrecision);
    result_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    judge(blob);
    write_output(job_.output, blob);
    std::error_code gone;
    std::filesystem::remove(state_file_, gone);
    if (job_.finetune > 0) std::filesystem::remove(tuning_file(job_.output), gone);
    return std::move(result_);
  }

 private:
  void fit() {
    TimedProgress progress;
    FolderInputs inputs(images_, *graph_.preprocessing);
    try {
      recipe_ = builder::fit_to_size(
          graph_, recipe_, static_cast<std::uint64_t>(job_.target_megabytes * (1 << 20)), inputs,
          result_.jobs, [&](double share, const std::string& layer) {
            progress.update(share, "measuring " + printable(layer), false);
          });
    } catch (const builder::Error& error) {
      throw Failure(exit_code(error.code()), job_.network + ": " + error.what());
    }
  }

  void quantize() {
    result_.recipe = text_of(recipe_);
    fingerprint_ = fingerprint(recipe_, graph_, images_);
    builder::FinishedLayers finished = builder::load_state(state_file_, fingerprint_);
    TimedProgress progress;
    builder::QuantizeHooks hooks;
    hooks.finished = [&](const builder::LayerProgress& layer) {
      if (!layer.restored) save(finished);
      const builder::LayerResult& of = layer.result;
      result_.layers.push_back({{}, of.start_error, of.error, of.held_out, of.ridge, of.share});
      result_.layers.back().size.name = layer.name;
      progress.update(layer.done,
                      std::to_string(layer.index + 1) + "/" + std::to_string(layer.count) + " " +
                          printable(layer.name),
                      layer.restored);
    };
    FolderInputs inputs(images_, *graph_.preprocessing);
    try {
      result_.images = builder::quantize(graph_, recipe_, inputs, result_.jobs, finished, hooks);
    } catch (const builder::TooFewImages& error) {
      name_skipped(inputs);
      throw Failure(exit_code(error.code()), job_.images + ": " + error.what());
    } catch (const builder::Error& error) {
      name_skipped(inputs);
      throw Failure(exit_code(error.code()), job_.network + ": " + error.what());
    }
    name_skipped(inputs);
  }

  void name_skipped(FolderInputs& inputs) {
    const std::vector<std::string> problems = inputs.problems();
    for (const std::string& problem : problems) print_error("skipped " + problem);
    result_.skipped = problems.size();
  }

  void tune(const builder::Graph& teacher) {
    TuningJob tuning = {job_.network, images_, result_.jobs, {}, job_.output, fingerprint_};
    tuning.tuning.epochs = job_.finetune;
    result_.tuning = finetune_on_images(tuning, graph_, teacher);
  }

  void save(const builder::FinishedLayers& finished) const {
    try {
      builder::save_state(state_file_, fingerprint_, finished);
    } catch (const builder::Error& error) {
      throw Failure(exit_code_for_output(error.code()), error.what());
    }
  }

  void calibrate() {
    std::vector<std::filesystem::path> some = images_;
    if (some.size() > kCalibrationImages) some.resize(kCalibrationImages);
    FolderInputs inputs(some, *graph_.preprocessing);
    builder::calibrate(graph_, kPrecision, inputs, result_.jobs);
  }

  void judge(const std::vector<std::byte>& bytes) {
    const AlignedBuffer blob = builder::aligned_copy(bytes);
    const Model built = value_or_fail(job_.output, Model::from_memory(blob.span()));
    result_.size = builder::size_report(built.root(), bytes.size());
    for (BuiltLayer& layer : result_.layers) {
      for (const builder::LayerSize& size : result_.size.layers) {
        if (size.name == layer.size.name) layer.size = size;
      }
    }
    if (source_.span().empty()) return;
    const Model source = value_or_fail(job_.network, Model::from_memory(source_.span()));
    if (job_.judge) result_.answers = compare_answers(source, built, images_, result_.jobs);
    if (!job_.labels.empty()) {
      result_.accuracy = measure_accuracy(source, built, job_.labels, photos_, result_.jobs);
    }
  }

  const BuildJob& job_;
  builder::Recipe recipe_;
  builder::Graph graph_;
  const std::vector<std::filesystem::path> images_;
  const std::vector<LabelledPhoto> photos_;  // To measure accuracy on; empty: none.
  const std::string state_file_;
  std::string fingerprint_;
  AlignedBuffer source_;  // The float network as a blob, when something is compared with it.
  BuildResult result_;
};

}  // namespace

double BuildResult::mean_held_out() const {
  double sum = 0;
  for (const BuiltLayer& layer : layers) sum += layer.held_out;
  return sum / static_cast<double>(layers.size());
}

std::vector<std::filesystem::path> input_files(const BuildJob& job) {
  return {job.network, job.labels, job.description.names()};
}

BuildResult run_build(const BuildJob& job) {
  check_output(job.output, input_files(job));
  return Build(job).run();
}

}  // namespace bitdown::apps
