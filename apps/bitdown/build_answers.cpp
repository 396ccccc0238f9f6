// SPDX-License-Identifier: MIT
#include "bitdown/build_answers.h"

#include <algorithm>

#include "bitdown/evaluation.h"
#include "bitdown/failure.h"
#include "bitdown/image_folder.h"

namespace bitdown::apps {
namespace {

constexpr std::size_t kEvery = 10;  // The last of ten: the quantizer holds it out too.
constexpr std::size_t kWorst = 6;

double top1(const Model& model, const std::string& name, const std::vector<LabelledPhoto>& photos,
            const std::filesystem::path& folder, Precision precision, unsigned jobs) {
  SessionOptions options;
  options.precision = precision;
  options.threads = 1;  // The jobs keep the cores busy.
  options.dense = DenseBackend::kBuiltin;
  const std::vector<Outcome> outcomes =
      evaluate({model, name, options, photos, folder, {}, std::size_t{jobs}});
  const auto right = std::count_if(outcomes.begin(), outcomes.end(),
                                   [](const Outcome& outcome) { return outcome.top1; });
  return static_cast<double>(right) / static_cast<double>(outcomes.size());
}

}  // namespace

void count_answers(Answers& answers, std::size_t worst) {
  const std::vector<builder::ImageDifference>& images = answers.comparison.images;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (!images[i].used) continue;
    answers.worst.push_back(i);
    answers.same_class += images[i].same_class ? 1 : 0;
  }
  answers.used = answers.worst.size();
  std::stable_sort(answers.worst.begin(), answers.worst.end(),
                   [&](std::size_t a, std::size_t b) { return images[a].error > images[b].error; });
  answers.worst.resize(std::min(answers.worst.size(), worst));
}

Answers compare_answers(const Model& source, const Model& built,
                        const std::vector<std::filesystem::path>& images, unsigned jobs) {
  Answers answers;
  for (std::size_t i = std::min(kEvery, images.size()) - 1; i < images.size(); i += kEvery) {
    answers.images.push_back(images[i]);
  }
  FolderInputs inputs(answers.images, *built.preprocessing());
  answers.comparison = builder::compare(source, built, inputs, jobs);
  count_answers(answers, kWorst);
  return answers;
}

Accuracy measure_accuracy(const Model& source, const Model& built, const std::string& labels,
                          const std::vector<LabelledPhoto>& photos, unsigned jobs) {
  const std::filesystem::path folder = std::filesystem::path(labels).parent_path();
  const auto measure = [&](const Model& model, Precision precision) {
    return top1(model, labels, photos, folder, precision, jobs);
  };
  return {photos.size(), measure(source, Precision::kExact), measure(built, Precision::kExact),
          measure(built, Precision::kFast)};
}

Json differences_json(const Answers& answers) {
  Json layers = Json::array();
  for (const builder::LayerDifference& layer : answers.comparison.layers) {
    layers.push_back({{"name", layer.name},
                      {"error", layer.error},
                      {"correlation", layer.correlation},
                      {"largest", layer.largest}});
  }
  return layers;
}

Json worst_json(const Answers& answers) {
  Json worst = Json::array();
  for (const std::size_t image : answers.worst) {
    const builder::ImageDifference& difference = answers.comparison.images[image];
    worst.push_back({{"file", answers.images[image].filename().string()},
                     {"error", difference.error},
                     {"same_class", difference.same_class}});
  }
  return worst;
}

}  // namespace bitdown::apps
