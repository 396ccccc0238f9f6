// SPDX-License-Identifier: MIT
#include "bitdown/build_report.h"

#include <cstdio>
#include <span>

#include "bitdown/build_answers.h"
#include "bitdown/build_html.h"
#include "bitdown/failure.h"
#include "bitdown/output_file.h"
#include "bitdown/photo.h"

namespace bitdown::apps {
namespace {

Json layers_json(const BuildResult& result) {
  Json layers = Json::array();
  for (const BuiltLayer& layer : result.layers) {
    layers.push_back({{"name", layer.size.name},
                      {"shape", layer.size.shape},
                      {"block_size", layer.size.block_size},
                      {"entries", layer.size.entries},
                      {"bits_per_weight", layer.size.bits_per_weight},
                      {"bytes", layer.size.bytes_stored},
                      {"start_error", layer.start_error},
                      {"error", layer.error},
                      {"held_out_error", layer.held_out},
                      {"ridge", layer.ridge},
                      {"residual_share", layer.share}});
  }
  return layers;
}

Json answers_json(const Answers& answers) {
  return {{"images", answers.used},
          {"agreement", answers.agreement()},
          {"layers", differences_json(answers)},
          {"worst", worst_json(answers)}};
}

double megabytes(double bytes) {
  return bytes / (1 << 20);
}

}  // namespace

void print_text(const BuildResult& result) {
  std::printf(
      "%s: %s, %zu layers quantized on %zu images%s, %.3f MB, %.1fx smaller, %.0f s\n",
      printable(result.output).c_str(), printable(result.architecture).c_str(),
      result.layers.size(), result.images,
      result.skipped == 0 ? "" : (", " + std::to_string(result.skipped) + " skipped").c_str(),
      megabytes(static_cast<double>(result.size.bytes_file)), result.ratio(), result.seconds);
  std::printf(
      "a layer's output differs by %.1f %% of its variance on images held out, on average\n",
      100 * result.mean_held_out());
  if (result.tuning) {
    std::printf("fine-tuned: loss on images held out %.4f, was %.4f\n",
                result.tuning->held_out_after, result.tuning->held_out_before);
  }
  if (result.answers) {
    std::printf("the same first class as the float network for %zu of %zu images held out\n",
                result.answers->same_class, result.answers->used);
  }
  if (result.accuracy) {
    std::printf("top-1 on %zu photographs: float network %.1f %%, blob %.1f %%, in int8 %.1f %%\n",
                result.accuracy->photos, 100 * result.accuracy->source,
                100 * result.accuracy->exact, 100 * result.accuracy->fast);
  }
}

Json to_json(const BuildResult& result) {
  Json json = {{"network", result.network},
               {"source_sha256", result.source_sha256},
               {"output", result.output},
               {"architecture", result.architecture},
               {"tool_version", BITDOWN_VERSION},
               {"recipe", result.recipe},
               {"images", result.images},
               {"skipped", result.skipped},
               {"jobs", result.jobs},
               {"bytes_float", result.bytes_float},
               {"bytes_file", result.size.bytes_file},
               {"bytes_paper", result.size.paper.total()},
               {"seconds", result.seconds},
               {"mean_held_out_error", result.mean_held_out()},
               {"layers", layers_json(result)},
               {"tuning", nullptr},
               {"answers", nullptr},
               {"accuracy", nullptr}};
  if (result.tuning) {
    json["tuning"] = {{"held_out_before", result.tuning->held_out_before},
                      {"held_out_after", result.tuning->held_out_after}};
  }
  if (result.answers) json["answers"] = answers_json(*result.answers);
  if (result.accuracy) {
    json["accuracy"] = {{"photos", result.accuracy->photos},
                        {"float_top1", result.accuracy->source},
                        {"top1", result.accuracy->exact},
                        {"int8_top1", result.accuracy->fast}};
  }
  return json;
}

void check_report_name(const std::string& path) {
  const std::string extension = lower_extension(path);
  if (extension != ".html" && extension != ".json") {
    throw Failure(ExitCode::kUsage, path + ": a report is a .html or a .json file");
  }
}

void write_report(const std::vector<BuildResult>& results, const std::string& path) {
  std::string text;
  if (lower_extension(path) == ".json") {
    Json all = Json::array();
    for (const BuildResult& result : results) all.push_back(to_json(result));
    text = (results.size() == 1 ? all[0] : all).dump(1, ' ', false, Json::error_handler_t::replace);
    text += "\n";
  } else {
    text = html_report(results);
  }
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  write_output(path, {bytes.begin(), bytes.end()});
}

}  // namespace bitdown::apps
