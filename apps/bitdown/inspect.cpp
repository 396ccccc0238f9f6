// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>

#include "bitdown/failure.h"
#include "bitdown/json.h"
#include "bitdown/model.h"
#include "bitdown/verbs.h"
#include "report/size_report.h"

namespace bitdown::apps {
namespace {

using builder::LayerSize;
using builder::SizeBreakdown;
using builder::SizeReport;

std::string text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : text->str();
}

std::string version_of(const schema::Model& model) {
  const schema::Version& version = *model.version();
  return std::to_string(version.major()) + "." + std::to_string(version.minor()) + "." +
         std::to_string(version.patch());
}

std::string shape_of(const LayerSize& layer) {
  std::string text;
  for (const std::uint32_t size : layer.shape) {
    text += (text.empty() ? "" : "x") + std::to_string(size);
  }
  return text;
}

Json to_json(const LayerSize& layer) {
  return {{"name", layer.name},
          {"shape", layer.shape},
          {"entries", layer.entries},
          {"block_size", layer.block_size},
          {"bits_per_weight", layer.bits_per_weight},
          {"bytes", layer.bytes_stored}};
}

Json to_json(const SizeBreakdown& size) {
  return {{"codes", size.codes}, {"codebooks", size.codebooks}, {"other", size.other}};
}

Json to_json(const schema::Provenance* provenance) {
  if (provenance == nullptr) return nullptr;
  return {{"source_file", text_of(provenance->source_file())},
          {"source_sha256", text_of(provenance->source_sha256())},
          {"source_format", text_of(provenance->source_format())},
          {"tool_version", text_of(provenance->tool_version())}};
}

// Of each layer's output, in the order of the report: null until the network is calibrated.
void add_ranges(const schema::Model& model, Json& layers) {
  std::size_t layer = 0;
  for (const schema::Operator* op : *model.operators()) {
    if (!op->parameters_as_Convolution() && !op->parameters_as_Linear()) continue;
    const auto* range = model.values()->Get(op->outputs()->Get(0))->range();
    layers[layer]["range"] = range == nullptr ? Json() : Json::array({range->min(), range->max()});
    ++layer;
  }
}

void print_json(const Model& model, const SizeReport& report) {
  Json json = {{"architecture", std::string(model.architecture())},
               {"format_version", version_of(model.root())},
               {"provenance", to_json(model.root().provenance())},
               {"bytes_paper", report.paper.total()},
               {"bytes_file", report.bytes_file},
               {"paper", to_json(report.paper)},
               {"stored", to_json(report.stored)},
               {"layers", Json::array()}};
  for (const LayerSize& layer : report.layers) json["layers"].push_back(to_json(layer));
  add_ranges(model.root(), json["layers"]);
  print_line(json);
}

void print_layers(const std::vector<LayerSize>& layers) {
  std::size_t width = 5;
  for (const LayerSize& layer : layers) width = std::max(width, layer.name.size());
  const int name_width = static_cast<int>(std::min<std::size_t>(width, 40));
  std::printf("%-*s  %-15s %5s %4s %12s %10s\n", name_width, "layer", "shape", "K", "d",
              "bits/weight", "bytes");
  for (const LayerSize& layer : layers) {
    const bool coded = layer.entries > 0;
    std::printf("%-*s  %-15s %5s %4s %12.2f %10llu\n", name_width, printable(layer.name).c_str(),
                shape_of(layer).c_str(), coded ? std::to_string(layer.entries).c_str() : "-",
                coded ? std::to_string(layer.block_size).c_str() : "-", layer.bits_per_weight,
                static_cast<unsigned long long>(layer.bytes_stored));
  }
}

void print_total(const char* name, const SizeBreakdown& size, double total) {
  const auto megabytes = [](double bytes) { return bytes / (1 << 20); };
  std::printf("%-9s %7.3f MB   codes %.3f, codebooks %.3f, other weights %.3f\n", name,
              megabytes(total), megabytes(size.codes), megabytes(size.codebooks),
              megabytes(size.other));
}

void print_text(const Model& model, const SizeReport& report) {
  print_layers(report.layers);
  std::printf("\narchitecture %s, format %s, %zu labels\n", printable(model.architecture()).c_str(),
              version_of(model.root()).c_str(), model.label_count());
  if (const schema::Provenance* provenance = model.root().provenance()) {
    std::printf("made from %s (%s), SHA-256 %s, by bitdown %s\n",
                printable(text_of(provenance->source_file())).c_str(),
                printable(text_of(provenance->source_format())).c_str(),
                printable(text_of(provenance->source_sha256())).c_str(),
                printable(text_of(provenance->tool_version())).c_str());
  }
  std::printf("\nMB = 2^20 bytes\n");
  print_total("paper", report.paper, report.paper.total());
  print_total("file", report.stored, static_cast<double>(report.bytes_file));
}

ExitCode inspect(const std::string& path, bool json) {
  const Model model = value_or_fail(path, Model::open(path.c_str()));
  const SizeReport report = builder::size_report(model.root(), model.blob().size());
  if (json) {
    print_json(model, report);
  } else {
    print_text(model, report);
  }
  return ExitCode::kOk;
}

}  // namespace

void add_inspect(CLI::App& app, Work& work) {
  struct InspectOptions {
    std::string model;
    bool json = false;
  };
  const auto options = std::make_shared<InspectOptions>();
  CLI::App* verb = app.add_subcommand("inspect", "What a blob holds, layer by layer");
  verb->add_option("MODEL", options->model, "The blob")->required();
  verb->add_flag("--json", options->json, "One JSON object instead of a table");
  verb->footer(
      "Totals are given by the paper's accounting (log2 K bits a code, two bytes a number of a\n"
      "codebook, four bytes any other number) and as stored, labels and graph included.\n"
      "Example:\n  bitdown inspect resnet50.bdn");
  verb->callback(
      [&work, options] { work = [options] { return inspect(options->model, options->json); }; });
}

}  // namespace bitdown::apps
