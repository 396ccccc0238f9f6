// SPDX-License-Identifier: MIT
#include "bitdown-device/photo.h"
#include "bitdown-device/verbs.h"
#include "bitdown/model.h"
#include "classifier.h"

namespace bitdown::apps {
namespace {

Status classify(const char* path, Classifier& classifier) {
  {  // The decoded photograph is freed before the network needs its memory.
    BITDOWN_ASSIGN_OR_RETURN(const Photo photo, Photo::open(path));
    BITDOWN_RETURN_IF_ERROR(classifier.prepare(photo.view()));
  }
  return classifier.run();
}

}  // namespace

ExitCode run(const DeviceOptions& options) {
  const Result<Model> model = Model::open(options.model);
  if (!model.ok()) return report(options.model, model.status());
  SessionOptions session = options.session;
  PlanSource plan;
  const Status attached = plan.attach(*model, options.model, options.plan, session);
  if (!attached.ok()) return report(options.plan.file, attached);
  Result<Classifier> classifier = Classifier::create(*model, session);
  if (!classifier.ok()) return report(options.model, classifier.status());

  ExitCode first_failure = ExitCode::kOk;
  for (const char* path : options.photos) {
    const Status status = classify(path, *classifier);
    if (status.ok()) {
      print_predictions(path, *classifier, options.top);
      continue;
    }
    const ExitCode code = report(path, status);
    if (first_failure == ExitCode::kOk) first_failure = code;
  }
  return first_failure;
}

}  // namespace bitdown::apps
