// SPDX-License-Identifier: MIT
#include <cstdio>
#include <string>

#include "bitdown-device/verbs.h"
#include "bitdown/model.h"
#include "bitdown/session.h"

namespace bitdown::apps {
namespace {

void print_tensor(const char* role, const TensorInfo& tensor) {
  std::string shape;
  for (std::uint32_t i = 0; i < tensor.shape.rank; ++i) {
    shape += (i == 0 ? "" : " x ") + std::to_string(tensor.shape.dimensions[i]);
  }
  std::printf("%-13s %s, %s\n", role, printable(tensor.name).c_str(), shape.c_str());
}

}  // namespace

ExitCode info(const DeviceOptions& options) {
  const Result<Model> model = Model::open(options.model);
  if (!model.ok()) return report(options.model, model.status());
  SessionOptions session_options = options.session;
  PlanSource plan;
  const Status attached = plan.attach(*model, options.model, options.plan, session_options);
  if (!attached.ok()) return report(options.plan.file, attached);
  const Result<Session> session = Session::create(*model, session_options);
  if (!session.ok()) return report(options.model, session.status());

  const SessionRequirements memory = session->memory_use();
  std::printf("architecture  %s\n", printable(model->architecture()).c_str());
  std::printf("blob          %zu bytes\n", model->blob().size());
  for (std::size_t i = 0; i < model->input_count(); ++i) print_tensor("input", model->input(i));
  for (std::size_t i = 0; i < model->output_count(); ++i) print_tensor("output", model->output(i));
  std::printf("labels        %zu\n", model->label_count());
  std::printf("isa           %s\n", session->isa());
  std::printf("memory        %zu bytes: %zu persistent, %zu activations, %zu scratch\n",
              memory.persistent + memory.activations + memory.scratch, memory.persistent,
              memory.activations, memory.scratch);
  return ExitCode::kOk;
}

}  // namespace bitdown::apps
