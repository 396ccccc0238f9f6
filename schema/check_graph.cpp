// SPDX-License-Identifier: MIT
#include "schema/check_graph.h"

#include <bitset>
#include <cmath>

#include "schema/check.h"
#include "schema/place.h"

namespace bitdown::schema {
namespace {

using Indices = flatbuffers::Vector<std::uint32_t>;
using Written = std::bitset<Limits::kValues>;

Status invalid(const char* message) {
  return Status(StatusCode::kInvalidData, message);
}

Status check_value(const Value& value) {
  const Indices& shape = *value.shape();
  if (shape.size() != 1 && shape.size() != 3) return invalid("shape: must be (C, H, W) or (N)");
  for (std::uint32_t dimension : shape) {
    if (dimension < 1 || dimension > Limits::kDimension) {
      return invalid("shape: dimensions must be between 1 and 65536");
    }
  }
  if (element_count(value) > Limits::kElements) return invalid("shape: more than 2^26 elements");
  if (const ActivationRange* range = value.range(); range != nullptr) {
    if (!std::isfinite(range->min()) || !std::isfinite(range->max())) {
      return invalid("range: not finite");
    }
    if (range->min() >= range->max()) return invalid("range: min is not below max");
  }
  return {};
}

bool all_below(const Indices& indices, std::uint32_t bound) {
  bool below = true;
  for (std::uint32_t index : indices) below &= index < bound;
  return below;
}

Status mark_model_inputs(const Model& model, Written& written) {
  const Indices& inputs = *model.inputs();
  if (inputs.size() == 0) return invalid("inputs: none");
  if (!all_below(inputs, model.values()->size())) return invalid("inputs: no such value");
  for (std::uint32_t input : inputs) {
    if (written[input]) return invalid("inputs: the same value twice");
    written[input] = true;
  }
  return {};
}

Status check_operator_order(const Operator& op, std::uint32_t values, Written& written) {
  if (!all_below(*op.inputs(), values)) return invalid("inputs: no such value");
  if (!all_below(*op.outputs(), values)) return invalid("outputs: no such value");
  for (std::uint32_t input : *op.inputs()) {
    if (!written[input]) return invalid("inputs: value is not written before");
  }
  for (std::uint32_t output : *op.outputs()) {
    if (written[output]) return invalid("outputs: value is a model input or written before");
    written[output] = true;
  }
  return {};
}

Status check_model_outputs(const Model& model, const Written& written) {
  const Indices& outputs = *model.outputs();
  if (outputs.size() == 0) return invalid("outputs: none");
  if (!all_below(outputs, model.values()->size())) return invalid("outputs: no such value");
  for (std::uint32_t output : outputs) {
    for (std::uint32_t input : *model.inputs()) {
      if (input == output) return invalid("outputs: value is a model input");
    }
    if (!written[output]) return invalid("outputs: value is never written");
  }
  return {};
}

}  // namespace

std::uint64_t element_count(const Value& value) {
  std::uint64_t product = 1;
  for (std::uint32_t dimension : *value.shape()) product *= dimension;  // 2^48 at most.
  return product;
}

Status check_values(const Model& model) {
  const auto& values = *model.values();
  if (values.size() > Limits::kValues) return invalid("values: more than 4096");
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const Status status = check_value(*values.Get(i));
    if (!status.ok()) return at(status, "value", i, values.Get(i)->name());
    total += element_count(*values.Get(i));
  }
  return total <= Limits::kTotalElements ? Status() : invalid("values: more than 2^28 elements");
}

Status check_order(const Model& model) {
  const auto& operators = *model.operators();
  const std::uint32_t values = model.values()->size();
  if (operators.size() > Limits::kOperators) return invalid("operators: more than 4096");
  Written written;
  BITDOWN_RETURN_IF_ERROR(mark_model_inputs(model, written));
  for (std::uint32_t i = 0; i < operators.size(); ++i) {
    const Operator& op = *operators.Get(i);
    const Status status = check_operator_order(op, values, written);
    if (!status.ok()) return at(status, "operator", i, op.name());
  }
  BITDOWN_RETURN_IF_ERROR(check_model_outputs(model, written));
  for (std::uint32_t i = 0; i < values; ++i) {
    if (!written[i]) {
      return at(invalid("value: never written"), "value", i, model.values()->Get(i)->name());
    }
  }
  return {};
}

}  // namespace bitdown::schema
