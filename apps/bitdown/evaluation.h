// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bitdown/lines.h"
#include "bitdown/model.h"
#include "bitdown/session.h"

namespace bitdown::apps {

/// How the network did on one photograph.
struct Outcome {
  bool top1 = false;
  bool top5 = false;
  bool agrees = false;          ///< Its first class is the reference's; false without reference.
  double logit_difference = 0;  ///< Largest |difference| from the reference; infinity for NaN.
};

struct Evaluation {
  const Model& model;
  std::string model_name;  ///< For error lines.
  SessionOptions session;
  std::span<const LabelledPhoto> photos;
  std::filesystem::path folder;      ///< Of the photographs.
  std::span<const float> reference;  ///< (photos, classes), or empty.
  std::size_t jobs = 1;              ///< Threads at most, each with a session of its own.
};

/// Runs every photograph; outcomes in the order of the photographs. The first photograph, in that
/// order, that fails ends the evaluation: throws its Failure.
std::vector<Outcome> evaluate(const Evaluation& evaluation);

}  // namespace bitdown::apps
