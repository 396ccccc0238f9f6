// SPDX-License-Identifier: MIT
#include "bitdown/evaluation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>

#include "bitdown/failure.h"
#include "bitdown/photo.h"
#include "bitdown/progress.h"
#include "classifier.h"
#include "top_k.h"

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

// Hands out photographs in order to the workers and keeps the failure of the earliest.
class Workers {
 public:
  explicit Workers(const Evaluation& evaluation)
      : evaluation_(evaluation),
        outcomes_(evaluation.photos.size()),
        progress_(evaluation.photos.size()) {}

  std::vector<Outcome> run() {
    {
      std::vector<std::jthread> threads;
      const std::size_t count = std::min(evaluation_.jobs, evaluation_.photos.size());
      try {
        for (std::size_t i = 1; i < count; ++i) threads.emplace_back([this] { work(); });
      } catch (const std::system_error&) {  // The system gives no more threads: fewer will do.
      }
      work();
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::move(outcomes_);
  }

 private:
  void work() {
    std::size_t photo = 0;
    try {
      Classifier classifier = value_or_fail(
          evaluation_.model_name, Classifier::create(evaluation_.model, evaluation_.session));
      while (!stop_ && (photo = next_++) < outcomes_.size()) {
        outcomes_[photo] = evaluate_photo(classifier, photo);
        progress_.step();
      }
    } catch (...) {
      keep_failure(photo, std::current_exception());
    }
  }

  Outcome evaluate_photo(Classifier& classifier, std::size_t photo) const {
    const LabelledPhoto& labelled = evaluation_.photos[photo];
    const std::filesystem::path path = evaluation_.folder / labelled.file;
    Status status = classifier.prepare(view(read_photo(path)));
    if (status.ok()) status = classifier.run();
    if (!status.ok()) throw Failure(path.string(), status);

    Outcome outcome;
    const std::vector<std::uint32_t> best = best_classes(classifier, 5);
    outcome.top1 = !best.empty() && best[0] == labelled.class_index;
    outcome.top5 = std::find(best.begin(), best.end(), labelled.class_index) != best.end();
    if (!evaluation_.reference.empty()) {
      const std::span<const float> logits = classifier.logits();
      compare(logits, evaluation_.reference.subspan(photo * logits.size(), logits.size()), outcome);
    }
    return outcome;
  }

  void keep_failure(std::size_t photo, std::exception_ptr failure) {
    stop_ = true;
    const std::lock_guard lock(mutex_);
    if (failure_ && failed_photo_ <= photo) return;
    failure_ = std::move(failure);
    failed_photo_ = photo;
  }

  const Evaluation& evaluation_;
  std::vector<Outcome> outcomes_;
  Progress progress_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::size_t failed_photo_ = 0;
};

}  // namespace

std::vector<Outcome> evaluate(const Evaluation& evaluation) {
  return Workers(evaluation).run();
}

}  // namespace bitdown::apps
