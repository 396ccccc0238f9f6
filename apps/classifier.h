// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bitdown/image.h"
#include "bitdown/model.h"
#include "bitdown/session.h"
#include "bitdown/status.h"

namespace bitdown::apps {

/// Writes the first input of `model`, as large as its shape, from a photograph, which may be freed
/// afterwards. Fails with kUnsupported when the model does not say how, kInvalidData when the
/// photograph has a shape that does not work, or kOutOfMemory.
Status prepare_photo(const Model& model, const ImageView& photo, std::span<float> input);

/// A classification network that takes photographs: a session with its input. The Model must
/// outlive it. One thread at a time.
class Classifier {
 public:
  /// Fails as Session::create does, with kUnsupported when the network does not turn one (C, H, W)
  /// into logits and probabilities, and with kOutOfMemory.
  static Result<Classifier> create(const Model& model, const SessionOptions& options);

  /// prepare_photo() into input().
  Status prepare(const ImageView& photo);

  /// The input in place, (C, H, W), for callers that have it ready.
  std::span<float> input() { return {input_.get(), input_size_}; }

  /// On input(), which always has the right size.
  Status run();

  /// Of the last run, valid until the next.
  std::span<const float> logits() const { return session_.output(0); }
  std::span<const float> probabilities() const { return session_.output(1); }

  const Model& model() const { return *model_; }
  const Session& session() const { return session_; }

 private:
  Classifier(const Model& model, Session session) : model_(&model), session_(std::move(session)) {}

  const Model* model_;
  Session session_;
  std::unique_ptr<float[]> input_;
  std::size_t input_size_ = 0;
};

/// The label of class `index`, or the index when the model has no labels. Untrusted text.
std::string class_name(const Model& model, std::uint32_t index);

/// The `count` most probable classes of the last run, most probable first.
std::vector<std::uint32_t> best_classes(const Classifier& classifier, std::size_t count);

/// Prints `name` and the `count` most probable classes of the last run, one a line.
void print_predictions(const char* name, const Classifier& classifier, std::size_t count);

}  // namespace bitdown::apps
