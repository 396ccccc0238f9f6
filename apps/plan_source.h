// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "bitdown/model.h"
#include "bitdown/session.h"
#include "mapped_file.h"

namespace bitdown::apps {

/// What the command line says of the plan file (runtime/core/plan_file.h).
struct PlanChoice {
  std::string file;   ///< Empty: the one beside the model, if there is one that fits.
  bool none = false;  ///< No plan file, not even that.
};

/// The plan file beside the model at `path`: "MODEL.plan".
std::string plan_beside(const std::string& path);

/// A plan file, mapped for a session's options.
class PlanSource {
 public:
  /// Points options.plan at the chosen file's text, which lives as long as this object. A file that
  /// was named must be there and fit the model and the other options: fails as MappedFile::open and
  /// read_plan do. The one beside the model is no reason to fail.
  Status attach(const Model& model, const std::string& model_path, const PlanChoice& choice,
                SessionOptions& options);

  /// The file that is used; empty without one.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  MappedFile file_;
};

}  // namespace bitdown::apps
