// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "bitdown/failure.h"
#include "bitdown/golden.h"
#include "bitdown/image_folder.h"
#include "bitdown/json.h"
#include "bitdown/output_file.h"
#include "bitdown/progress.h"
#include "bitdown/recipe_flags.h"
#include "bitdown/verbs.h"
#include "calibrate/calibrate.h"
#include "error.h"
#include "importers/importer.h"
#include "importers/sha256.h"
#include "quantize/quantize.h"
#include "quantize/state_file.h"
#include "workers/workers.h"
#include "writer/writer.h"

namespace bitdown::apps {
namespace {

constexpr auto kPrecision = builder::DensePrecision::kFloat16;
constexpr std::size_t kCalibrationImages = 200;

struct BuildOptions {
  std::string network;
  std::string images;
  std::string output;
  std::size_t limit = 0;
  unsigned jobs = 0;
  bool json = false;
  RecipeFlags recipe;
};

struct LayerLine {
  std::string name;
  std::uint32_t block_size = 0;
  std::uint32_t entries = 0;
  builder::LayerResult result;
};

// What the layers of a state file belong to: anything that changes them.
std::string fingerprint(const builder::Recipe& recipe, const builder::Graph& graph,
                        const std::vector<std::filesystem::path>& images) {
  std::string text = std::string(BITDOWN_VERSION "\n") + graph.provenance.source_sha256 + "\n" +
                     text_of(recipe) + "\n";
  for (const std::filesystem::path& image : images) {
    std::error_code missing;
    text += image.filename().string() + " " +
            std::to_string(std::filesystem::file_size(image, missing)) + "\n";
  }
  return builder::sha256(std::as_bytes(std::span(text)));
}

class Build {
 public:
  explicit Build(const BuildOptions& options)
      : options_(options),
        recipe_(options.recipe.recipe()),
        graph_(builder::import_network(options.network)),
        images_(list_images(options.images, options.limit)),
        state_file_(options.output + ".partial"),
        fingerprint_(fingerprint(recipe_, graph_, images_)),
        jobs_(builder::jobs_or_cores(options.jobs)) {}

  void run() {
    quantize();
    calibrate();
    add_golden(graph_, kPrecision);
    blob_ = builder::write_blob(graph_, kPrecision);
    write_output(options_.output, blob_);
    std::error_code gone;
    std::filesystem::remove(state_file_, gone);
  }

  void print() const {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
    if (options_.json) {
      print_json(seconds.count());
      return;
    }
    double error = 0;
    for (const LayerLine& line : lines_) {
      error += line.result.held_out / static_cast<double>(lines_.size());
    }
    std::printf("%s: %s, %zu layers quantized on %zu images%s, %.3f MB, %.0f s\n",
                printable(options_.output).c_str(), graph_.provenance.architecture.c_str(),
                lines_.size(), used_,
                skipped_ == 0 ? "" : (", " + std::to_string(skipped_) + " skipped").c_str(),
                static_cast<double>(blob_.size()) / (1 << 20), seconds.count());
    std::printf(
        "a layer's output differs by %.1f %% of its variance on images held out, on average\n",
        100 * error);
  }

 private:
  void quantize() {
    builder::FinishedLayers finished = builder::load_state(state_file_, fingerprint_);
    TimedProgress progress;
    builder::QuantizeHooks hooks;
    hooks.finished = [&](const builder::LayerProgress& layer) {
      if (!layer.restored) save(finished);
      lines_.push_back({layer.name, layer.plan.block_size, layer.plan.entries, layer.result});
      progress.update(layer.done,
                      std::to_string(layer.index + 1) + "/" + std::to_string(layer.count) + " " +
                          printable(layer.name),
                      layer.restored);
    };
    FolderInputs inputs(images_, graph_.preprocessing);
    try {
      used_ = builder::quantize(graph_, recipe_, inputs, jobs_, finished, hooks);
    } catch (const builder::Error& error) {
      name_skipped(inputs);
      throw Failure(exit_code(error.code()), options_.network + ": " + error.what());
    }
    name_skipped(inputs);
  }

  void name_skipped(FolderInputs& inputs) {
    const std::vector<std::string> problems = inputs.problems();
    for (const std::string& problem : problems) print_error("skipped " + problem);
    skipped_ = problems.size();
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
    FolderInputs inputs(some, graph_.preprocessing);
    builder::calibrate(graph_, kPrecision, inputs, jobs_);
  }

  void print_json(double seconds) const {
    Json layers = Json::array();
    for (const LayerLine& line : lines_) {
      layers.push_back({{"name", line.name},
                        {"block_size", line.block_size},
                        {"entries", line.entries},
                        {"start_error", line.result.start_error},
                        {"error", line.result.error},
                        {"held_out_error", line.result.held_out},
                        {"ridge", line.result.ridge},
                        {"residual_share", line.result.share}});
    }
    print_line({{"output", options_.output},
                {"architecture", graph_.provenance.architecture},
                {"recipe", text_of(recipe_)},
                {"images", used_},
                {"skipped", skipped_},
                {"bytes_file", blob_.size()},
                {"seconds", seconds},
                {"layers", layers}});
  }

  const BuildOptions& options_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const builder::Recipe recipe_;
  builder::Graph graph_;
  const std::vector<std::filesystem::path> images_;
  const std::string state_file_;
  const std::string fingerprint_;
  const unsigned jobs_;
  std::size_t used_ = 0;
  std::size_t skipped_ = 0;
  std::vector<LayerLine> lines_;
  std::vector<std::byte> blob_;
};

ExitCode build(const BuildOptions& options) {
  refuse_to_overwrite(options.network, options.output);
  Build work(options);
  work.run();
  work.print();
  return ExitCode::kOk;
}

}  // namespace

void add_build(CLI::App& app, Work& work) {
  const auto options = std::make_shared<BuildOptions>();
  CLI::App* verb = app.add_subcommand("build", "Compress a trained network, without labels");
  verb->add_option("NETWORK", options->network,
                   "A float network: a torchvision state_dict of a ResNet")
      ->required();
  verb->add_option("--images", options->images,
                   "Folder of photographs like those that the network will see")
      ->required();
  verb->add_option("-o,--output", options->output,
                   "The blob to write; OUTPUT.partial beside it keeps finished layers, so that\n"
                   "the same command goes on where an interrupted one stopped")
      ->required();
  verb->add_option("--limit", options->limit, "Use the first N images only, by name")
      ->check(CLI::Range(1, 1 << 24));
  verb->add_option("--jobs", options->jobs, "Threads (default: one a core)")
      ->check(CLI::Range(1, 1024));
  verb->add_flag("--json", options->json, "One JSON object instead of text, with all layers");
  options->recipe.add_to(*verb);
  verb->footer(
      "Quantizes one layer after the other so that what the network computes from the photographs\n"
      "changes least, measures activation ranges and stores a pair for verify.\n"
      "Example:\n  bitdown build resnet50-float.pth --images photos -o resnet50.bdn");
  verb->callback([&work, options] { work = [options] { return build(*options); }; });
}

}  // namespace bitdown::apps
