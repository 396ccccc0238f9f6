// SPDX-License-Identifier: MIT
#include "bitdown/c.h"

#include <cstddef>
#include <cstring>
#include <new>

#include "aligned.h"
#include "bitdown/session.h"

struct bitdown_model {
  bitdown::Model model;
};

struct bitdown_session {
  const bitdown::Model& model;
  bitdown::Session session;
  bitdown::AlignedBuffer input;  // What run_image() preprocesses into.
};

namespace {

using bitdown::Status;
using bitdown::StatusCode;

bitdown_status to_c(const Status& status) {
  bitdown_status result = {static_cast<bitdown_code>(status.code()), status.message(), {}};
  static_assert(sizeof result.where == Status::kWhereCapacity);
  std::memcpy(result.where, status.where(), sizeof result.where);
  return result;
}

bitdown_status invalid(const char* message) {
  return to_c(Status(StatusCode::kInvalidArgument, message));
}

// What the first version's options had: everything before `plan`.
constexpr size_t kFirstOptions = offsetof(bitdown_session_options, plan);

const Status kNoMemory(StatusCode::kOutOfMemory, "no memory for a handle");

bitdown_status adopt(bitdown::Result<bitdown::Model> result, bitdown_model** model) {
  if (!result.ok()) return to_c(result.status());
  *model = new (std::nothrow) bitdown_model{std::move(result).value()};
  return to_c(*model == nullptr ? kNoMemory : Status());
}

}  // namespace

bitdown_status bitdown_model_open(const char* path, bitdown_model** model) {
  if (model == nullptr || path == nullptr) return invalid("null argument");
  *model = nullptr;
  return adopt(bitdown::Model::open(path), model);
}

bitdown_status bitdown_model_from_memory(const void* blob, size_t size, bitdown_model** model) {
  if (model == nullptr || blob == nullptr) return invalid("null argument");
  *model = nullptr;
  return adopt(bitdown::Model::from_memory({static_cast<const std::byte*>(blob), size}), model);
}

void bitdown_model_destroy(bitdown_model* model) {
  delete model;
}

size_t bitdown_model_input_size(const bitdown_model* model) {
  return model->model.input(0).shape.elements();
}

size_t bitdown_model_label_count(const bitdown_model* model) {
  return model->model.label_count();
}

bitdown_status bitdown_model_label(const bitdown_model* model, size_t index, const char** label,
                                   size_t* length) {
  if (index >= model->model.label_count()) return invalid("no such label");
  const std::string_view text = model->model.label(index);
  *label = text.data();
  *length = text.size();
  return to_c({});
}

bitdown_status bitdown_session_create(const bitdown_model* model,
                                      const bitdown_session_options* given,
                                      bitdown_session** session) {
  if (model == nullptr || session == nullptr) return invalid("null argument");
  *session = nullptr;
  bitdown::SessionOptions options;
  if (given != nullptr) {
    bitdown_session_options filled = {};
    if (given->size < kFirstOptions || given->size > sizeof filled) {
      return invalid("options of another version, or not filled in");
    }
    std::memcpy(&filled, given, given->size);
    if (filled.precision < BITDOWN_PRECISION_DEFAULT || filled.precision > BITDOWN_PRECISION_FAST) {
      return invalid("no such precision");
    }
    options.isa = filled.isa;
    options.precision = static_cast<bitdown::Precision>(filled.precision);
    options.threads = filled.threads;
    options.pin_threads = filled.pin_threads != 0;
    if (filled.plan != nullptr) options.plan = {filled.plan, filled.plan_size};
    options.memory_budget = filled.memory_budget;
  }
  auto created = bitdown::Session::create(model->model, options);
  if (!created.ok()) return to_c(created.status());
  bitdown::AlignedBuffer input(bitdown_model_input_size(model) * sizeof(float));
  if (!input.allocated()) return to_c(kNoMemory);
  *session = new (std::nothrow)
      bitdown_session{model->model, std::move(created).value(), std::move(input)};
  return to_c(*session == nullptr ? kNoMemory : Status());
}

void bitdown_session_destroy(bitdown_session* session) {
  delete session;
}

bitdown_status bitdown_session_run(bitdown_session* session, const float* input, size_t count) {
  return to_c(session->session.run({input, count}));
}

bitdown_status bitdown_session_run_image(bitdown_session* session, const uint8_t* rgb,
                                         uint32_t width, uint32_t height, size_t stride) {
  const auto preprocessing = session->model.preprocessing();
  if (!preprocessing) {
    return to_c(Status(StatusCode::kUnsupported, "the model does not describe its preprocessing"));
  }
  auto* const floats = reinterpret_cast<float*>(session->input.span().data());
  const std::span<float> input = {floats, session->input.span().size() / sizeof(float)};
  const Status status = bitdown::preprocess({rgb, width, height, stride}, *preprocessing, input);
  return to_c(status.ok() ? session->session.run(input) : status);
}

bitdown_status bitdown_session_output(const bitdown_session* session, size_t index,
                                      const float** values, size_t* count) {
  if (index >= session->model.output_count()) return invalid("no such output");
  const std::span<const float> output = session->session.output(index);
  *values = output.data();
  *count = output.size();
  return to_c({});
}
