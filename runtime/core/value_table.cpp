// SPDX-License-Identifier: MIT
#include "core/value_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "aligned.h"

namespace bitdown {
namespace {

template <typename T>
std::span<T> take(std::byte*& memory, std::size_t count) {
  T* const begin = reinterpret_cast<T*>(memory);
  memory += align_up(count * sizeof(T));
  for (std::size_t i = 0; i < count; ++i) new (begin + i) T();
  return {begin, count};
}

std::uint64_t value_bytes(const schema::Model& model, const ValueTable& table, std::uint32_t id) {
  std::uint64_t bytes = table.elements[id].eight_bit ? 1 : sizeof(float);
  for (const std::uint32_t dimension : *model.values()->Get(id)->shape()) bytes *= dimension;
  return bytes;
}

bool is_image(const schema::Value& value) {
  return value.shape()->size() == 3;
}

// Sums of columns products of at most 127 * 255 must fit int32.
constexpr std::uint64_t kMaxColumns = INT32_MAX / (127 * 255);

bool sums_fit(const schema::Model& model, const schema::Operator& op) {
  const schema::Convolution* convolution = op.parameters_as_Convolution();
  if (convolution == nullptr) return true;
  const std::uint64_t channels = model.values()->Get(op.inputs()->Get(0))->shape()->Get(0);
  return channels * convolution->kernel_h() * convolution->kernel_w() <= kMaxColumns;
}

// The range with 0, for padding, in 255 steps.
float step_of(const schema::ActivationRange& range) {
  return (std::max(range.max(), 0.0f) - std::min(range.min(), 0.0f)) / 255.0f;
}

// The residual's buffer can become the output's when nobody reads the residual afterwards. The
// kernel reads each residual element just before it writes the same element.
bool takes_over_residual(const schema::Operator& op, std::uint32_t step, bool xnnpack,
                         const ValueTable& table) {
  if (op.parameters_type() != schema::Parameters::Convolution || op.inputs()->size() != 2) {
    return false;
  }
  // XNNPACK writes the whole output before we add the residual.
  if (xnnpack && has_dense_weights(op)) return false;
  const std::uint32_t x = op.inputs()->Get(0);
  const std::uint32_t residual = op.inputs()->Get(1);
  return table.home[x] != table.home[residual] && table.buffers[table.home[residual]].last == step;
}

}  // namespace

std::size_t ValueTable::bytes(std::size_t count) {
  return static_cast<std::size_t>(
      align_up(count * sizeof(PlannedBuffer)) + 2 * align_up(count * sizeof(std::uint32_t)) +
      align_up(count * sizeof(Layout)) + align_up(count * sizeof(Element)));
}

ValueTable ValueTable::create(std::span<std::byte> memory, std::size_t count) {
  std::byte* at = memory.data();
  ValueTable table;
  table.buffers = take<PlannedBuffer>(at, count);
  table.home = take<std::uint32_t>(at, count);
  table.order = take<std::uint32_t>(at, count);
  table.layouts = take<Layout>(at, count);
  table.elements = take<Element>(at, count);
  return table;
}

bool can_run_fast(const schema::Model& model) {
  for (const schema::Value* value : *model.values()) {
    if (!is_image(*value)) continue;
    if (value->range() == nullptr || !std::isnormal(step_of(*value->range()))) return false;
  }
  for (const schema::Operator* op : *model.operators()) {
    if (!sums_fit(model, *op)) return false;
  }
  for (const std::uint32_t id : *model.outputs()) {
    if (is_image(*model.values()->Get(id))) return false;
  }
  return true;
}

void plan_elements(const schema::Model& model, bool fast, ValueTable& table) {
  for (std::uint32_t id = 0; fast && id < table.elements.size(); ++id) {
    const schema::Value& value = *model.values()->Get(id);
    if (!is_image(value)) continue;
    Element& element = table.elements[id];
    element.eight_bit = true;
    element.grid.step = step_of(*value.range());
    const float min = std::min(value.range()->min(), 0.0f);
    element.grid.zero = static_cast<std::int32_t>(std::lrint(-min / element.grid.step));
  }
  // A maximum stays on the grid of its inputs.
  for (const schema::Operator* op : *model.operators()) {
    if (op->parameters_type() != schema::Parameters::MaxPool) continue;
    table.elements[op->outputs()->Get(0)] = table.elements[op->inputs()->Get(0)];
  }
}

void plan_lifetimes(const schema::Model& model, bool xnnpack, ValueTable& table) {
  std::iota(table.home.begin(), table.home.end(), 0u);
  for (const std::uint32_t id : *model.inputs()) {
    table.buffers[id].bytes = value_bytes(model, table, id);
  }
  const std::uint32_t steps = model.operators()->size();
  for (std::uint32_t step = 0; step < steps; ++step) {
    const schema::Operator& op = *model.operators()->Get(step);
    for (const std::uint32_t id : *op.inputs()) table.buffers[id].last = step;
    for (const std::uint32_t id : *op.outputs()) {
      table.buffers[id] = {value_bytes(model, table, id), step, step, 0};
    }
  }
  for (const std::uint32_t id : *model.outputs()) table.buffers[id].last = steps;
  // In a second pass, because taking over needs every last use.
  for (std::uint32_t step = 0; step < steps; ++step) {
    const schema::Operator& op = *model.operators()->Get(step);
    if (!takes_over_residual(op, step, xnnpack, table)) continue;
    const std::uint32_t home = table.home[op.inputs()->Get(1)];
    const std::uint32_t output = op.outputs()->Get(0);
    table.home[output] = home;
    table.buffers[home].last = std::max(table.buffers[home].last, table.buffers[output].last);
    table.buffers[output].bytes = 0;
  }
}

bool has_dense_weights(const schema::Operator& op) {
  const schema::Convolution* convolution = op.parameters_as_Convolution();
  return convolution != nullptr && convolution->weights_type() == schema::Weights::DenseWeights;
}

void plan_layouts(const schema::Model& model, bool xnnpack, ValueTable& table) {
  std::fill(table.layouts.begin(), table.layouts.end(), Layout::kPlanar);
  if (!xnnpack) return;
  for (const schema::Operator* op : *model.operators()) {
    if (has_dense_weights(*op) || op->parameters_type() == schema::Parameters::MaxPool) {
      table.layouts[op->outputs()->Get(0)] = Layout::kInterleaved;
    }
  }
  for (const std::uint32_t id : *model.outputs()) table.layouts[id] = Layout::kPlanar;
  // Planar spreads from the operators that insist on it until nothing changes.
  bool changed = true;
  const auto make_planar = [&](std::uint32_t id) {
    changed |= table.layouts[id] != Layout::kPlanar;
    table.layouts[id] = Layout::kPlanar;
  };
  while (changed) {
    changed = false;
    for (const schema::Operator* op : *model.operators()) {
      const std::uint32_t output = op->outputs()->Get(0);
      const std::uint32_t last_input = op->inputs()->Get(op->inputs()->size() - 1);
      const bool planar_end =
          table.layouts[output] == Layout::kPlanar || table.layouts[last_input] == Layout::kPlanar;
      const bool pool = op->parameters_type() == schema::Parameters::MaxPool;
      const bool residual = op->inputs()->size() == 2;
      if (op->parameters_type() == schema::Parameters::Convolution && !has_dense_weights(*op)) {
        for (const std::uint32_t id : *op->inputs()) make_planar(id);
      } else if ((pool || residual) && planar_end) {
        make_planar(output);
        make_planar(last_input);
      }
    }
  }
}

}  // namespace bitdown
