// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "bitdown/evaluation.h"
#include "bitdown/failure.h"
#include "bitdown/json.h"
#include "bitdown/npy.h"
#include "bitdown/session_flags.h"
#include "bitdown/verbs.h"
#include "workers/workers.h"

namespace bitdown::apps {
namespace {

struct EvalOptions {
  std::string model;
  std::string labels;
  std::string images;
  std::string reference;
  bool json = false;
  unsigned jobs = 0;
  SessionFlags session;
};

struct Summary {
  std::size_t images = 0;
  double top1 = 0;  ///< Fractions of the images.
  double top5 = 0;
  double agreement = 0;
  double max_logit_difference = 0;
};

Summary summarize(const std::vector<Outcome>& outcomes) {
  Summary summary;
  const auto part = 1.0 / static_cast<double>(outcomes.size());
  summary.images = outcomes.size();
  const auto fraction = [&](bool Outcome::*hit) {
    return part * static_cast<double>(std::count_if(outcomes.begin(), outcomes.end(),
                                                    [&](const Outcome& o) { return o.*hit; }));
  };
  summary.top1 = fraction(&Outcome::top1);
  summary.top5 = fraction(&Outcome::top5);
  summary.agreement = fraction(&Outcome::agrees);
  for (const Outcome& outcome : outcomes) {
    summary.max_logit_difference = std::max(summary.max_logit_difference, outcome.logit_difference);
  }
  return summary;
}

Npy read_reference(const std::string& path, std::size_t photos, std::size_t classes) {
  const std::vector<std::size_t> found = read_npy_shape(path);
  const std::vector<std::size_t> wanted = {photos, classes};
  if (found != wanted) {
    throw Failure(ExitCode::kInputInvalid, path + ": shape " + shape_text(found) +
                                               ", but the labels and the network need " +
                                               shape_text(wanted));
  }
  return read_npy(path);
}

double largest(const std::vector<float>& logits) {
  float result = 0;
  for (const float logit : logits) result = std::max(result, std::abs(logit));
  return static_cast<double>(result);
}

void print_json(const Summary& summary, std::optional<double> largest_logit) {
  Json json = {{"images", summary.images},
               {"top1", summary.top1},
               {"top5", summary.top5},
               {"agreement", nullptr},
               {"max_logit_difference", nullptr},
               {"max_reference_logit", nullptr}};
  if (largest_logit) {
    json["agreement"] = summary.agreement;
    json["max_logit_difference"] = summary.max_logit_difference;
    json["max_reference_logit"] = *largest_logit;
  }
  print_line(json);
}

void print_text(const Summary& summary, std::optional<double> largest_logit, double seconds) {
  std::printf("images     %zu in %.1f s\n", summary.images, seconds);
  std::printf("top-1      %.1f %%\n", summary.top1 * 100);
  std::printf("top-5      %.1f %%\n", summary.top5 * 100);
  if (!largest_logit) return;
  std::printf("agreement  %.1f %% of the first classes are the reference's\n",
              summary.agreement * 100);
  std::printf("logits     differ by at most %.3g", summary.max_logit_difference);
  if (*largest_logit > 0) {
    std::printf(", %.2g of the largest reference logit",
                summary.max_logit_difference / *largest_logit);
  }
  std::printf("\n");
}

ExitCode eval(const EvalOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const Model model = value_or_fail(options.model, Model::open(options.model.c_str()));
  const std::size_t classes = model.output(0).shape.elements();
  const std::vector<LabelledPhoto> photos = read_photo_labels(options.labels, classes);
  Npy reference;
  std::optional<double> largest_logit;
  if (!options.reference.empty()) {
    reference = read_reference(options.reference, photos.size(), classes);
    largest_logit = largest(reference.values);
  }
  const std::filesystem::path folder = options.images.empty()
                                           ? std::filesystem::path(options.labels).parent_path()
                                           : std::filesystem::path(options.images);
  const unsigned jobs = builder::jobs_or_cores(options.jobs);
  SessionFlags flags = options.session;
  if (flags.threads == 0) flags.threads = 1;  // The jobs keep the cores busy.
  const PlannedOptions session = flags.planned(model, options.model);
  const Summary summary = summarize(evaluate({model, options.model, session.options, photos, folder,
                                              reference.values, std::size_t{jobs}}));

  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (options.json) {
    print_json(summary, largest_logit);
  } else {
    print_text(summary, largest_logit, seconds.count());
  }
  return ExitCode::kOk;
}

}  // namespace

void add_eval(CLI::App& app, Work& work) {
  const auto options = std::make_shared<EvalOptions>();
  CLI::App* verb = app.add_subcommand("eval", "Measure accuracy on labelled photographs");
  verb->add_option("MODEL", options->model, "The blob")->required();
  verb->add_option("--labels", options->labels,
                   "Lines of file and class index, tab between; a header and more columns are fine")
      ->required();
  verb->add_option("--images", options->images,
                   "Folder of the photographs (default: the folder of the labels)");
  verb->add_option(
      "--reference", options->reference,
      "Logits to compare with: .npy, float32 (N, classes), in the order of the labels");
  verb->add_flag("--json", options->json, "One JSON object instead of text");
  verb->add_option("--jobs", options->jobs, "Photographs at a time (default: one a core)")
      ->check(CLI::Range(1, 1024));
  options->session.add_to(*verb);
  verb->footer(
      "Example:\n"
      "  bitdown eval resnet50.bdn --labels photos/labels.tsv --reference resnet50.logits.npy");
  verb->callback([&work, options] { work = [options] { return eval(*options); }; });
}

}  // namespace bitdown::apps
