// SPDX-License-Identifier: MIT
#include "plan_source.h"

#include <utility>
#include <vector>

#include "core/session_settings.h"

namespace bitdown::apps {
namespace {

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

// Whether a session with these options would use the plan.
Status fits(const Model& model, const SessionOptions& options, std::string_view text) {
  BITDOWN_ASSIGN_OR_RETURN(const PlanKey key, plan_key(model, options));
  std::vector<LayerPlan> layers(model.root().operators()->size());
  return read_plan(text, key, layers);
}

}  // namespace

std::string plan_beside(const std::string& path) {
  return path + ".plan";
}

Status PlanSource::attach(const Model& model, const std::string& model_path,
                          const PlanChoice& choice, SessionOptions& options) {
  if (choice.none) return {};
  const std::string path = choice.file.empty() ? plan_beside(model_path) : choice.file;
  Result<MappedFile> file = MappedFile::open(path.c_str());
  const Status status = file.ok() ? fits(model, options, text_of(file.value())) : file.status();
  if (!status.ok()) return choice.file.empty() ? Status() : status;
  path_ = path;
  file_ = std::move(file).value();
  options.plan = text_of(file_);
  return {};
}

}  // namespace bitdown::apps
