// SPDX-License-Identifier: MIT
#include "classifier.h"

#include <cstdio>
#include <new>
#include <utility>

#include "exit_code.h"
#include "model_generated.h"
#include "top_k.h"

namespace bitdown::apps {
namespace {

bool second_is_softmax_of_first(const schema::Model& root) {
  const std::uint32_t logits = root.outputs()->Get(0);
  const std::uint32_t probabilities = root.outputs()->Get(1);
  for (const schema::Operator* op : *root.operators()) {
    if (op->outputs()->Get(0) != probabilities) continue;
    return op->parameters_type() == schema::Parameters::Softmax && op->inputs()->Get(0) == logits;
  }
  return false;
}

bool is_classifier(const Model& model) {
  if (model.input_count() != 1 || model.output_count() != 2) return false;
  const Shape input = model.input(0).shape;
  const Shape logits = model.output(0).shape;
  return input.rank == 3 && logits.rank == 1 && model.output(1).shape == logits &&
         second_is_softmax_of_first(model.root());
}

}  // namespace

Result<Classifier> Classifier::create(const Model& model, const SessionOptions& options) {
  if (!is_classifier(model)) {
    return Status(StatusCode::kUnsupported, "not a network that classifies photographs");
  }
  BITDOWN_ASSIGN_OR_RETURN(Session session, Session::create(model, options));
  Classifier classifier(model, std::move(session));
  classifier.input_size_ = model.input(0).shape.elements();
  classifier.input_.reset(new (std::nothrow) float[classifier.input_size_]);
  if (!classifier.input_) return Status(StatusCode::kOutOfMemory, "no memory for the input");
  return classifier;
}

Status prepare_photo(const Model& model, const ImageView& photo, std::span<float> input) {
  const auto preprocessing = model.preprocessing();
  if (!preprocessing) {
    return {StatusCode::kUnsupported,
            "the model does not say how to prepare a photograph: import and build take --mean and "
            "--std"};
  }
  const Status status = preprocess(photo, *preprocessing, input);
  // A checked model's crop is its input's size, so the photograph is what does not fit.
  if (status.code() == StatusCode::kInvalidArgument) {
    return {StatusCode::kInvalidData, status.message()};
  }
  return status;
}

Status Classifier::prepare(const ImageView& photo) {
  return prepare_photo(*model_, photo, input());
}

Status Classifier::run() {
  return session_.run({input_.get(), input_size_});
}

std::string class_name(const Model& model, std::uint32_t index) {
  return index < model.label_count() ? std::string(model.label(index)) : std::to_string(index);
}

std::vector<std::uint32_t> best_classes(const Classifier& classifier, std::size_t count) {
  std::vector<std::uint32_t> best(count);
  best.resize(top_k(classifier.probabilities(), best));
  return best;
}

void print_predictions(const char* name, const Classifier& classifier, std::size_t count) {
  std::printf("%s\n", printable(name).c_str());
  for (const std::uint32_t index : best_classes(classifier, count)) {
    const double probability = static_cast<double>(classifier.probabilities()[index]);
    std::printf("  %5.1f %%  %s\n", probability * 100.0,
                printable(class_name(classifier.model(), index), kMaxNameCharacters).c_str());
  }
}

}  // namespace bitdown::apps
