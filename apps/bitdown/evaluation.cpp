// SPDX-License-Identifier: MIT
#include "bitdown/evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bitdown/failure.h"
#include "bitdown/photo.h"
#include "bitdown/progress.h"
#include "classifier.h"
#include "top_k.h"
#include "workers/workers.h"

namespace bitdown::apps {
namespace {

void compare(std::span<const float> logits, std::span<const float> reference, Outcome& outcome) {
  std::uint32_t ours = 0;
  std::uint32_t theirs = 0;
  top_k(logits, {&ours, 1});
  top_k(reference, {&theirs, 1});
  outcome.agrees = ours == theirs;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double difference =
        std::abs(static_cast<double>(logits[i]) - static_cast<double>(reference[i]));
    outcome.logit_difference = std::isnan(difference)
                                   ? std::numeric_limits<double>::infinity()
                                   : std::max(outcome.logit_difference, difference);
  }
}

Outcome evaluate_photo(const Evaluation& evaluation, std::size_t photo, Classifier& classifier) {
  const LabelledPhoto& labelled = evaluation.photos[photo];
  const std::filesystem::path path = evaluation.folder / labelled.file;
  Status status = classifier.prepare(view(read_photo(path)));
  if (status.ok()) status = classifier.run();
  if (!status.ok()) throw Failure(path.string(), status);

  Outcome outcome;
  const std::vector<std::uint32_t> best = best_classes(classifier, 5);
  outcome.top1 = !best.empty() && best[0] == labelled.class_index;
  outcome.top5 = std::find(best.begin(), best.end(), labelled.class_index) != best.end();
  if (!evaluation.reference.empty()) {
    const std::span<const float> logits = classifier.logits();
    compare(logits, evaluation.reference.subspan(photo * logits.size(), logits.size()), outcome);
  }
  return outcome;
}

}  // namespace

std::vector<Outcome> evaluate(const Evaluation& evaluation) {
  std::vector<Outcome> outcomes(evaluation.photos.size());
  Progress progress(outcomes.size());
  builder::run_workers(outcomes.size(), evaluation.jobs, [&](builder::Turns& turns) {
    Classifier classifier = value_or_fail(evaluation.model_name,
                                          Classifier::create(evaluation.model, evaluation.session));
    while (const auto photo = turns.next()) {
      outcomes[*photo] = evaluate_photo(evaluation, *photo, classifier);
      progress.step();
    }
  });
  return outcomes;
}

}  // namespace bitdown::apps
