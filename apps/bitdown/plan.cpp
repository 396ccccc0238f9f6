// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "algorithm_names.h"
#include "bitdown/failure.h"
#include "bitdown/json.h"
#include "bitdown/session_flags.h"
#include "bitdown/verbs.h"
#include "report/size_report.h"

namespace bitdown::apps {
namespace {

struct PlanVerbOptions {
  std::string model;
  bool json = false;
  SessionFlags session;
};

// A layer with weights: what it is and how it runs.
struct Row {
  builder::LayerSize layer;
  std::vector<std::uint32_t> output;  ///< Its shape.
  LayerPlan plan;
};

std::vector<Row> rows_of(const Model& model, const Session& session) {
  const schema::Model& root = model.root();
  const std::vector<builder::LayerSize> layers =
      builder::size_report(root, model.blob().size()).layers;
  std::vector<Row> rows;
  for (std::uint32_t i = 0; i < root.operators()->size(); ++i) {
    const schema::Operator& op = *root.operators()->Get(i);
    if (!op.parameters_as_Convolution() && !op.parameters_as_Linear()) continue;
    const auto& shape = *root.values()->Get(op.outputs()->Get(0))->shape();
    rows.push_back({layers[rows.size()], {shape.begin(), shape.end()}, session.layer_plan(i)});
  }
  return rows;
}

double milliseconds(std::uint64_t ns) {
  return static_cast<double>(ns) * 1e-6;
}

Json time_json(std::uint64_t ns) {
  return ns == 0 ? Json() : Json(milliseconds(ns));
}

Json times_json(const LayerTimes& times) {
  Json json;
  for (const AlgorithmName& entry : kAlgorithmNames)
    json[entry.name] = time_json(times.*entry.time);
  return json;
}

void print_json(const PlannedOptions& planned, const Session& session,
                const std::vector<Row>& rows) {
  Json json = {{"isa", session.isa()},
               {"threads", session.threads()},
               {"plan", planned.plan.path().empty() ? Json() : Json(planned.plan.path())},
               {"layers", Json::array()}};
  for (const Row& row : rows) {
    json["layers"].push_back({{"name", row.layer.name},
                              {"shape", row.layer.shape},
                              {"output", row.output},
                              {"entries", row.layer.entries},
                              {"block_size", row.layer.block_size},
                              {"algorithm", row.plan.algorithm == Algorithm::kDefault
                                                ? Json()
                                                : Json(algorithm_name(row.plan.algorithm, ""))},
                              {"expanded_bytes", row.plan.expanded_bytes},
                              {"predicted_ms", times_json(row.plan.predicted)},
                              {"measured_ms", times_json(row.plan.measured)}});
  }
  print_line(json);
}

std::string by(const std::vector<std::uint32_t>& sizes) {
  std::string text;
  for (const std::uint32_t size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

std::string number(std::uint32_t value) {
  return value == 0 ? "-" : std::to_string(value);
}

// A column for each algorithm that the session can choose.
template <typename Cell>
std::string columns(const Session& session, const Cell& cell) {
  std::string text;
  for (const AlgorithmName& entry : kAlgorithmNames) {
    if (!entry.runs_in(session.precision())) continue;
    char column[32];
    std::snprintf(column, sizeof column, "%8s", cell(entry).c_str());
    text += (text.empty() ? "" : " ") + std::string(column);
  }
  return text;
}

std::string times_text(const Session& session, const LayerTimes& times) {
  return columns(session, [&](const AlgorithmName& entry) {
    char number[32];
    std::snprintf(number, sizeof number, "%.3f", milliseconds(times.*entry.time));
    return std::string(times.*entry.time == 0 ? "-" : number);
  });
}

void print_text(const PlannedOptions& planned, const Session& session,
                const std::vector<Row>& rows) {
  std::size_t width = 5;
  for (const Row& row : rows) width = std::max(width, row.layer.name.size());
  const int name_width = static_cast<int>(std::min<std::size_t>(width, 40));
  const std::string names =
      columns(session, [](const AlgorithmName& entry) { return std::string(entry.name); });
  std::printf("%-*s  %-15s %-12s %4s %3s  %-9s  %-*s  %s\n", name_width, "", "", "", "", "", "",
              static_cast<int>(names.size() - 1), "predicted ms", "measured ms");
  std::printf("%-*s  %-15s %-12s %4s %3s  %-9s %s  %s\n", name_width, "layer", "shape", "output",
              "K", "d", "algorithm", names.c_str(), names.c_str());
  for (const Row& row : rows) {
    std::printf("%-*s  %-15s %-12s %4s %3s  %-9s %s  %s\n", name_width,
                printable(row.layer.name).c_str(), by(row.layer.shape).c_str(),
                by(row.output).c_str(), number(row.layer.entries).c_str(),
                number(row.layer.block_size).c_str(), algorithm_name(row.plan.algorithm, "-"),
                times_text(session, row.plan.predicted).c_str(),
                times_text(session, row.plan.measured).c_str());
  }
  std::printf("\n%s, %s, %u thread%s, %s\n",
              session.precision() == Precision::kFast ? "int8" : "float32", session.isa(),
              session.threads(), session.threads() == 1 ? "" : "s",
              planned.plan.path().empty()
                  ? "no plan file that fits: by predicted times"
                  : ("measured times from " + printable(planned.plan.path())).c_str());
}

ExitCode plan(const PlanVerbOptions& options) {
  const Model model = value_or_fail(options.model, Model::open(options.model.c_str()));
  const PlannedOptions planned = options.session.planned(model, options.model);
  const Session session = value_or_fail(options.model, Session::create(model, planned.options));
  const std::vector<Row> rows = rows_of(model, session);
  if (options.json) {
    print_json(planned, session, rows);
  } else {
    print_text(planned, session, rows);
  }
  return ExitCode::kOk;
}

}  // namespace

void add_plan(CLI::App& app, Work& work) {
  const auto options = std::make_shared<PlanVerbOptions>();
  CLI::App* verb = app.add_subcommand("plan", "Which algorithm runs each layer, and why");
  verb->add_option("MODEL", options->model, "The blob")->required();
  verb->add_flag("--json", options->json, "One JSON object instead of a table");
  options->session.add_to(*verb);
  verb->footer(
      "Predicted times are those of the cores that the cost model was fitted on\n"
      "(runtime/kernels/convolution/cost.h, cost_float.h); measured ones come from `bitdown "
      "tune`.\n"
      "Example:\n  bitdown plan resnet50.bdn");
  verb->callback([&work, options] { work = [options] { return plan(*options); }; });
}

}  // namespace bitdown::apps
