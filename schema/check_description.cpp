// SPDX-License-Identifier: MIT
#include "schema/check_description.h"

#include <cmath>

#include "schema/check.h"
#include "schema/check_graph.h"

namespace bitdown::schema {
namespace {

Status invalid(const char* message, const char* where) {
  return Status(StatusCode::kInvalidData, message, where);
}

const Value& first(const Model& model, const flatbuffers::Vector<std::uint32_t>& indices) {
  return *model.values()->Get(indices.Get(0));
}

bool all_finite(const flatbuffers::Vector<float>& numbers, std::uint32_t count, bool positive) {
  if (numbers.size() != count) return false;
  bool good = true;
  for (float number : numbers) good &= std::isfinite(number) && (!positive || number > 0);
  return good;
}

Status check_preprocessing(const Preprocessing& preprocessing, const Value& input) {
  const char* const where = "preprocessing";
  const std::uint32_t height = preprocessing.crop_h();
  const std::uint32_t width = preprocessing.crop_w();
  if (height < 1 || height > preprocessing.resize_shorter()) {
    return invalid("crop_h: must be between 1 and resize_shorter", where);
  }
  if (width < 1 || width > preprocessing.resize_shorter()) {
    return invalid("crop_w: must be between 1 and resize_shorter", where);
  }
  const auto& shape = *input.shape();
  if (shape.size() != 3 || shape.Get(1) != height || shape.Get(2) != width) {
    return invalid("crop_h, crop_w: the model's first input is not (C, crop_h, crop_w)", where);
  }
  const std::uint32_t channels = shape.Get(0);
  if (channels != 1 && channels != 3) {
    return invalid("mean: the model's first input has neither 1 nor 3 channels", where);
  }
  if (!all_finite(*preprocessing.mean(), channels, false)) {
    return invalid("mean: must be a finite number for each channel", where);
  }
  if (!all_finite(*preprocessing.std(), channels, true)) {
    return invalid("std: must be a finite positive number for each channel", where);
  }
  return {};
}

bool is_sha256(const flatbuffers::String& text) {
  if (text.size() != 64) return false;
  bool digits = true;
  for (char c : text) {
    digits &= (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }
  return digits;
}

Status check_golden(const Model& model, BulkChecker& bulk) {
  const Golden& golden = *model.golden();
  const Status status = bulk.check_golden(golden, element_count(first(model, *model.inputs())),
                                          element_count(first(model, *model.outputs())));
  if (!status.ok()) return Status(status.code(), status.message(), "golden");
  if (!std::isfinite(golden.tolerance()) || golden.tolerance() < 0) {
    return invalid("tolerance: must be finite and not negative", "golden");
  }
  return {};
}

}  // namespace

Status check_description(const Model& model, BulkChecker& bulk) {
  if (model.preprocessing() != nullptr) {
    BITDOWN_RETURN_IF_ERROR(
        check_preprocessing(*model.preprocessing(), first(model, *model.inputs())));
  }
  if (model.labels() != nullptr && model.labels()->size() != 0) {
    const std::uint64_t count = model.labels()->size();
    if (count > Limits::kLabels || count != element_count(first(model, *model.outputs()))) {
      return invalid("labels: number differs from the first output's elements", "labels");
    }
  }
  if (model.provenance() != nullptr) {
    const flatbuffers::String* sha256 = model.provenance()->source_sha256();
    if (sha256 != nullptr && sha256->size() != 0 && !is_sha256(*sha256)) {
      return invalid("source_sha256: not 64 hexadecimal digits", "provenance");
    }
  }
  return model.golden() == nullptr ? Status() : check_golden(model, bulk);
}

}  // namespace bitdown::schema
