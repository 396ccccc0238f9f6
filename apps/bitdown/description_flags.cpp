// SPDX-License-Identifier: MIT
#include "bitdown/description_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "bitdown/failure.h"
#include "bitdown/lines.h"

namespace bitdown::apps {
namespace {

/// "0.485,0.456,0.406" as numbers; none if it is anything else.
std::vector<float> parse_numbers(const std::string& text) {
  std::vector<float> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    float number = 0;
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc() || !std::isfinite(number)) return {};
    numbers.push_back(number);
    if (read.ptr == end) return numbers;
    if (*read.ptr != ',') return {};
    at = read.ptr + 1;
  }
}

/// As many as there are channels.
void read_channels(const char* option, const std::string& text, std::uint32_t channels,
                   bool positive, float* target) {
  if (text.empty()) return;
  const std::vector<float> numbers = parse_numbers(text);
  const bool in_range = std::all_of(numbers.begin(), numbers.end(),
                                    [&](float number) { return !positive || number > 0; });
  if (numbers.size() != channels || !in_range) {
    throw Failure(ExitCode::kUsage, std::string(option) + " " + text + ": must be " +
                                        std::to_string(channels) + (positive ? " positive" : "") +
                                        (channels == 1 ? " number" : " numbers, comma between") +
                                        " (--help explains)");
  }
  std::copy(numbers.begin(), numbers.end(), target);
}

void set_names(const std::string& path, builder::Graph& graph) {
  graph.labels = read_class_names(path);
  const std::uint32_t classes = graph.values[graph.outputs.at(0)].shape.at(0);
  if (graph.labels.size() != classes) {
    throw Failure(ExitCode::kInputInvalid, path + ": " + std::to_string(graph.labels.size()) +
                                               " names, but the network has " +
                                               std::to_string(classes) + " classes");
  }
}

/// The network's input as it is, (C, H, W) with C of a photograph.
Preprocessing plain_preprocessing(const std::string& network, const builder::Graph& graph) {
  const std::vector<std::uint32_t>& shape = graph.values[graph.inputs.at(0)].shape;
  if (shape.size() != 3 || (shape[0] != 1 && shape[0] != 3)) {
    throw Failure(ExitCode::kUsage, network +
                                        ": takes no photographs: --resize, --mean and --std "
                                        "are for inputs of 1 or 3 channels");
  }
  Preprocessing plain;
  plain.channels = shape[0];
  plain.crop_height = shape[1];
  plain.crop_width = shape[2];
  plain.resize_shorter = std::max(shape[1], shape[2]);
  return plain;
}

}  // namespace

void DescriptionFlags::add_to(CLI::App& verb) {
  verb.add_option("--names", names_, "Class names: one a line, or lines of index, wnid, name");
  verb.add_option(
          "--resize", resize_,
          "Photographs: resize the shorter side to this, then cut out the middle, as large\n"
          "as the network's input (default: 256 for ImageNet's networks, else its size)")
      ->check(CLI::Range(1, 65535));
  verb.add_option("--mean", mean_,
                  "Of the channels R,G,B or of grey, from 0 to 1: input = (pixel - mean) / std\n"
                  "(default: ImageNet's for ImageNet's networks; others must be told)");
  verb.add_option("--std", std_, "Deviations of the channels, like --mean");
}

void DescriptionFlags::apply(const std::string& network, builder::Graph& graph) const {
  if (!names_.empty()) set_names(names_, graph);
  if (resize_ != 0 || !mean_.empty() || !std_.empty()) set_preprocessing(network, graph);
}

void DescriptionFlags::set_preprocessing(const std::string& network, builder::Graph& graph) const {
  const Preprocessing plain = plain_preprocessing(network, graph);
  if (!graph.preprocessing && (mean_.empty() || std_.empty())) {
    throw Failure(ExitCode::kUsage, network + ": needs both --mean and --std");
  }
  Preprocessing& how =
      graph.preprocessing ? *graph.preprocessing : graph.preprocessing.emplace(plain);
  if (resize_ != 0) how.resize_shorter = resize_;
  if (how.resize_shorter < plain.resize_shorter) {
    throw Failure(ExitCode::kUsage, "--resize " + std::to_string(resize_) +
                                        ": the network's input has a side of " +
                                        std::to_string(plain.resize_shorter));
  }
  read_channels("--mean", mean_, plain.channels, false, how.mean);
  read_channels("--std", std_, plain.channels, true, how.std);
}

const Preprocessing& preprocessing_of(const std::string& network, const builder::Graph& graph) {
  if (graph.preprocessing) return *graph.preprocessing;
  throw Failure(ExitCode::kUnsupported,
                network +
                    ": does not say how to prepare a photograph: import and build take --mean "
                    "and --std");
}

}  // namespace bitdown::apps
