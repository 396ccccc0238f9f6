// SPDX-License-Identifier: MIT
#include "importers/importer.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "bitdown/calibration.h"
#include "bitdown/description_flags.h"
#include "bitdown/failure.h"
#include "bitdown/output_file.h"
#include "bitdown/verbs.h"
#include "error.h"
#include "writer/writer.h"

namespace bitdown::apps {
namespace {

struct ImportOptions {
  std::string input;
  std::string output;
  std::string dense_type = "fp16";
  bool expand = false;
  DescriptionFlags description;
  CalibrationFlags calibration;
};

builder::Weights* weights_of(builder::Operator& op) {
  if (auto* convolution = std::get_if<builder::Convolution>(&op)) return &convolution->weights;
  if (auto* linear = std::get_if<builder::Linear>(&op)) return &linear->weights;
  return nullptr;
}

builder::DenseMatrix expand(const builder::CodedMatrix& coded) {
  builder::DenseMatrix dense{coded.rows, coded.columns, {}};
  dense.values.reserve(coded.codes.size() * coded.block_size);
  for (const std::uint16_t code : coded.codes) {
    const auto word = coded.codebook.begin() + std::ptrdiff_t{code} * coded.block_size;
    dense.values.insert(dense.values.end(), word, word + coded.block_size);
  }
  return dense;
}

void expand_all(builder::Graph& graph) {
  for (builder::Node& node : graph.nodes) {
    builder::Weights* weights = weights_of(node.op);
    if (weights == nullptr) continue;
    if (const auto* coded = std::get_if<builder::CodedMatrix>(weights)) *weights = expand(*coded);
  }
}

bool fits_float32(const builder::Graph& graph) {
  try {
    builder::write_blob(graph, builder::DensePrecision::kFloat32);
    return true;
  } catch (const builder::Error&) {
    return false;
  }
}

[[noreturn]] void fail_to_store(const builder::Error& error, const builder::Graph& graph,
                                builder::DensePrecision precision, const std::string& input) {
  std::string line = input + ": " + error.what();
  if (precision == builder::DensePrecision::kFloat16 && fits_float32(graph)) {
    line += "; --dense-type fp32 stores it";
  }
  throw Failure(exit_code(error.code()), line);
}

ExitCode import(const ImportOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  check_output(options.output, {options.input, options.description.names()});
  builder::Graph graph = builder::import_network(options.input);
  options.description.apply(options.input, graph);
  if (options.expand) expand_all(graph);
  const auto precision = options.dense_type == "fp32" ? builder::DensePrecision::kFloat32
                                                      : builder::DensePrecision::kFloat16;
  std::string calibrated;
  std::vector<std::byte> blob;
  try {
    if (!options.calibration.folder.empty()) {
      calibrated = ", ranges from " + count_text(calibrate_on_folder(
                                          options.input, graph, precision, options.calibration));
    }
    blob = builder::write_blob(graph, precision);
  } catch (const builder::Error& error) {
    fail_to_store(error, graph, precision, options.input);
  }
  write_output(options.output, blob);

  std::size_t layers = 0;
  for (builder::Node& node : graph.nodes) layers += weights_of(node.op) != nullptr ? 1 : 0;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%s: %s (%s), %zu layers with weights%s, %.3f MB, %.2f s\n",
              printable(options.output).c_str(), graph.provenance.architecture.c_str(),
              graph.provenance.source_format.c_str(), layers, calibrated.c_str(),
              static_cast<double>(blob.size()) / (1 << 20), seconds.count());
  return ExitCode::kOk;
}

}  // namespace

void add_import(CLI::App& app, Work& work) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* verb = app.add_subcommand("import", "Turn a trained network into a blob");
  verb->add_option("FILE", options->input,
                   "A state_dict (.pth, .safetensors) of a released compressed network or of\n"
                   "torchvision's ResNets, or an ONNX model of a convolutional classifier;\n"
                   "everything else is inferred from its content")
      ->required();
  verb->add_option("-o,--output", options->output, "The blob to write")->required();
  options->description.add_to(*verb);
  verb->add_option("--dense-type", options->dense_type, "How layers without codes are stored")
      ->check(CLI::IsMember({"fp16", "fp32"}))
      ->capture_default_str();
  verb->add_flag("--expand", options->expand,
                 "Replace codes by the weights they stand for, to compare with dense runtimes");
  options->calibration.add_to(*verb, "--calibrate",
                              "Folder of photographs to measure activation ranges on, for int8");
  verb->footer("Example:\n  bitdown import resnet50.pth -o resnet50.bdn");
  verb->callback([&work, options] { work = [options] { return import(*options); }; });
}

}  // namespace bitdown::apps
