// SPDX-License-Identifier: MIT
#include "bitdown/session.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "aligned.h"
#include "core/layer_plan.h"
#include "core/session_settings.h"
#include "core/value_table.h"
#include "kernels/quantize/quantize.h"
#include "model_generated.h"
#include "ops/registry.h"
#include "ops/workspace.h"
#include "thread_pool.h"

#if defined(BITDOWN_WITH_XNNPACK)
#include <pthreadpool.h>
#endif

namespace bitdown {

// Lives at the start of the persistent memory, followed by the value table, the layers' plans, the
// steps and what the steps prepare. Memory of our own has a second piece for the latter, whose size
// comes later.
struct Session::State {
  const schema::Model* model = nullptr;
  const kernels::GemmKernel* gemm = nullptr;
  const kernels::Int8Kernel* int8 = nullptr;
  const kernels::TableKernel* table = nullptr;
  const kernels::WinogradKernel* winograd = nullptr;
  PlanOptions options;
  Machine machine;
  ThreadPool pool;
  pthreadpool* xnnpack_threads = nullptr;  // XNNPACK has a pool of its own; null for one thread.
  ValueTable values;
  std::span<LayerPlan> layers;  // One for each operator.
  std::span<Step> steps;        // Constructed ones only.
  SessionRequirements required;
  std::size_t scratch_stride = 0;  // Of each thread's part.
  std::size_t prepared = 0;        // Bytes for all steps.
  SessionMemory memory;
  // Empty where the caller gave the memory. `own_persistent` holds this very State.
  AlignedBuffer own_persistent;
  AlignedBuffer own_prepared;
  AlignedBuffer own_activations;
  AlignedBuffer own_scratch;

  template <typename T>
  std::span<T> value(std::uint32_t id) const {
    std::size_t elements = 1;
    for (const std::uint32_t dimension : *model->values()->Get(id)->shape()) elements *= dimension;
    std::byte* const at = memory.activations.data() + values.buffers[values.home[id]].offset;
    return {reinterpret_cast<T*>(at), elements};
  }
};

namespace {

using State = Session::State;

// XNNPACK reads a vector beyond the end of its inputs.
constexpr std::size_t kReadAhead = 64;

std::size_t layers_offset(const schema::Model& model) {
  return static_cast<std::size_t>(align_up(sizeof(State))) +
         ValueTable::bytes(model.values()->size());
}

std::size_t steps_offset(const schema::Model& model) {
  return layers_offset(model) +
         static_cast<std::size_t>(align_up(model.operators()->size() * sizeof(LayerPlan)));
}

std::size_t persistent_bytes(const schema::Model& model) {
  return steps_offset(model) + model.operators()->size() * sizeof(Step);
}

// A network that asks for more is hostile or a mistake; on 32 bits more could not be addressed.
constexpr std::uint64_t kMaxArena = std::uint64_t{1} << 30;

Result<std::size_t> to_size(std::uint64_t bytes, const char* arena) {
  if (bytes > kMaxArena) {
    return Status(StatusCode::kOutOfMemory, "the network needs more than 1 GiB", arena);
  }
  return static_cast<std::size_t>(bytes);
}

PlanContext make_context(const State& state, std::byte* activations, std::byte* scratch) {
  return {*state.model,          state.values,        *state.gemm,   *state.int8,
          *state.table,          *state.winograd,     state.options, state.machine.isa,
          state.machine.threads, Algorithm::kDefault, activations,   scratch,
          state.xnnpack_threads};
}

// The layers' algorithms. A plan file that does not fit is none.
Status choose_algorithms(const Model& model, const SessionOptions& options, State& state) {
  if (!options.plan.empty()) {
    const Machine& machine = state.machine;
    const PlanKey key =
        make_plan_key(model.blob(), machine.isa, state.options.fast, machine.threads);
    static_cast<void>(read_plan(options.plan, key, state.layers));
  }
  return plan_layers(make_context(state, nullptr, nullptr),
                     {options.algorithm, options.memory_budget}, state.layers,
                     state.values.order.first(state.layers.size()));
}

void plan_values(State& state) {
  plan_elements(*state.model, state.options.fast, state.values);
  plan_lifetimes(*state.model, state.options.xnnpack, state.values);
  plan_layouts(*state.model, state.options.xnnpack, state.values);
}

// Sizes of the arenas, with every value's place; no step is kept.
Status measure(State& state) {
  const schema::Model& model = *state.model;
  std::uint64_t activations = plan_memory(state.values.buffers, state.values.order);
  if (!plan_is_valid(state.values.buffers, activations)) {
    return Status(StatusCode::kInternal, "the memory plan overlaps");
  }
  if (state.options.xnnpack) activations += kReadAhead;
  PlanContext context = make_context(state, nullptr, nullptr);
  std::uint64_t scratch = 0;
  std::uint64_t prepared = 0;
  for (std::uint32_t i = 0; i < model.operators()->size(); ++i) {
    context.algorithm = state.layers[i].algorithm;
    BITDOWN_ASSIGN_OR_RETURN(const Step step, plan_operator(context, *model.operators()->Get(i)));
    scratch = std::max(scratch, std::visit([](const auto& s) { return scratch_bytes(s); }, step));
    prepared += std::visit([](const auto& s) { return align_up(prepared_bytes(s)); }, step);
  }
  BITDOWN_ASSIGN_OR_RETURN(state.prepared, to_size(prepared, "persistent"));
  state.required.persistent = align_up(persistent_bytes(model)) + state.prepared;
  BITDOWN_ASSIGN_OR_RETURN(state.required.activations, to_size(activations, "activations"));
  BITDOWN_ASSIGN_OR_RETURN(state.scratch_stride, to_size(align_up(scratch), "scratch"));
  BITDOWN_ASSIGN_OR_RETURN(
      state.required.scratch,
      to_size(std::uint64_t{state.scratch_stride} * state.machine.threads, "scratch"));
  return {};
}

Status build_steps(State& state, std::byte* steps_memory, std::byte* prepared) {
  PlanContext context =
      make_context(state, state.memory.activations.data(), state.memory.scratch.data());
  auto* const steps = reinterpret_cast<Step*>(steps_memory);
  for (const schema::Operator* op : *state.model->operators()) {
    context.algorithm = state.layers[state.steps.size()].algorithm;
    BITDOWN_ASSIGN_OR_RETURN(Step step, plan_operator(context, *op));
    std::visit([prepared](auto& s) { prepare(s, prepared); }, step);
    prepared += std::visit([](const auto& s) { return align_up(prepared_bytes(s)); }, step);
    new (steps + state.steps.size()) Step(std::move(step));
    state.steps = {steps, state.steps.size() + 1};
  }
  return {};
}

// One arena: the caller's if there is any, else our own.
Status provide(std::span<std::byte> given, bool own, std::size_t required, const char* name,
               AlignedBuffer& buffer, std::span<std::byte>& arena) {
  if (own) {
    buffer = AlignedBuffer(std::max<std::size_t>(required, 1));
    if (!buffer.allocated()) return Status(StatusCode::kOutOfMemory, "cannot allocate", name);
    arena = buffer.span();
    return {};
  }
  if (!is_aligned(given.data())) {
    return Status(StatusCode::kInvalidArgument, "memory must be 64-byte aligned", name);
  }
  if (given.size() < required) {
    return Status(StatusCode::kOutOfMemory, "the given memory is too small", name);
  }
  arena = given;
  return {};
}

// Where the steps prepare: behind them in the caller's memory, or in a piece of our own.
Result<std::byte*> provide_prepared(State& state, bool own) {
  if (own) {
    state.own_prepared = AlignedBuffer(std::max<std::size_t>(state.prepared, 1));
    if (!state.own_prepared.allocated()) {
      return Status(StatusCode::kOutOfMemory, "cannot allocate", "persistent");
    }
    return state.own_prepared.span().data();
  }
  if (state.memory.persistent.size() < state.required.persistent) {
    return Status(StatusCode::kOutOfMemory, "the given memory is too small", "persistent");
  }
  return state.memory.persistent.data() + (state.required.persistent - state.prepared);
}

bool owns_memory(const SessionMemory& memory) {
  return memory.persistent.empty() && memory.activations.empty() && memory.scratch.empty();
}

StepView view(const State& state, std::uint32_t index) {
  const schema::Operator& op = *state.model->operators()->Get(index);
  const Step& step = state.steps[index];
  StepView result;
  result.name = op.name()->string_view();
  result.algorithm = std::visit([](const auto& s) { return algorithm(s); }, step);
  result.macs = std::visit([](const auto& s) { return macs(s); }, step);
  result.value = op.outputs()->Get(0);
  if (state.values.layouts[result.value] == Layout::kPlanar &&
      !state.values.elements[result.value].eight_bit) {
    result.output = state.value<float>(result.value);
  }
  return result;
}

// Starts the threads that run() works with besides the caller's.
Status start_threads(State& state, bool pin) {
#if defined(BITDOWN_WITH_XNNPACK)
  if (state.options.xnnpack && state.machine.threads > 1) {
    state.xnnpack_threads = pthreadpool_create(state.machine.threads);
    if (state.xnnpack_threads == nullptr) {
      return Status(StatusCode::kOutOfMemory, "cannot start a thread");
    }
  }
#endif
  return state.pool.start(state.machine.threads, pin, state.machine.cores);
}

void destroy(State* state) {
  if (state == nullptr) return;
  for (Step& step : state->steps) step.~Step();
#if defined(BITDOWN_WITH_XNNPACK)
  pthreadpool_destroy(state->xnnpack_threads);
#endif
  AlignedBuffer self = std::move(state->own_persistent);
  state->~State();
}

// What options, environment and machine decide.
Status choose(const SessionOptions& options, const schema::Model& model, State& state) {
  BITDOWN_ASSIGN_OR_RETURN(state.machine, choose_machine(options));
  BITDOWN_ASSIGN_OR_RETURN(state.options, choose_numbers(options, model));
  state.model = &model;
  state.gemm = &kernels::select_gemm(state.machine.isa);
  state.int8 = &kernels::select_int8(state.machine.isa);
  state.table = &kernels::select_table(state.machine.isa);
  state.winograd = &kernels::select_winograd(state.machine.isa);
  return {};
}

// Everything but memory for the steps; `persistent` holds the state and what follows it.
Status plan(const Model& model, const SessionOptions& options, State& state) {
  const schema::Model& root = model.root();
  const std::span<std::byte> persistent = state.memory.persistent;
  BITDOWN_RETURN_IF_ERROR(choose(options, root, state));
  state.values =
      ValueTable::create(persistent.subspan(align_up(sizeof(State))), root.values()->size());
  auto* const layers = reinterpret_cast<LayerPlan*>(persistent.data() + layers_offset(root));
  state.layers = {layers, root.operators()->size()};
  std::uninitialized_default_construct(state.layers.begin(), state.layers.end());
  plan_values(state);
  BITDOWN_RETURN_IF_ERROR(choose_algorithms(model, options, state));
  return measure(state);
}

// A State in persistent memory, planned.
Result<State*> make_state(const Model& model, const SessionOptions& options, bool own) {
  AlignedBuffer buffer;
  std::span<std::byte> persistent;
  BITDOWN_RETURN_IF_ERROR(provide(options.memory.persistent, own, persistent_bytes(model.root()),
                                  "persistent", buffer, persistent));
  auto* const state = new (persistent.data()) State();
  state->own_persistent = std::move(buffer);
  state->memory.persistent = persistent;
  const Status status = plan(model, options, *state);
  if (!status.ok()) {
    destroy(state);
    return status;
  }
  return state;
}

}  // namespace

Result<SessionRequirements> Session::requirements(const Model& model,
                                                  const SessionOptions& options) {
  BITDOWN_ASSIGN_OR_RETURN(State* const state, make_state(model, options, true));
  const SessionRequirements required = state->required;
  destroy(state);
  return required;
}

Result<Session> Session::create(const Model& model, const SessionOptions& options) {
  const bool own = owns_memory(options.memory);
  BITDOWN_ASSIGN_OR_RETURN(State* const state, make_state(model, options, own));
  Session session(state);
  BITDOWN_RETURN_IF_ERROR(provide(options.memory.activations, own, state->required.activations,
                                  "activations", state->own_activations,
                                  state->memory.activations));
  BITDOWN_RETURN_IF_ERROR(provide(options.memory.scratch, own, state->required.scratch, "scratch",
                                  state->own_scratch, state->memory.scratch));
  BITDOWN_RETURN_IF_ERROR(start_threads(*state, options.pin_threads));
  BITDOWN_ASSIGN_OR_RETURN(std::byte* const prepared, provide_prepared(*state, own));
  BITDOWN_RETURN_IF_ERROR(
      build_steps(*state, state->memory.persistent.data() + steps_offset(model.root()), prepared));
  return session;
}

Session::Session(Session&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

Session& Session::operator=(Session&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Session::~Session() {
  destroy(state_);
}

Status Session::run(std::span<const float> input, StepObserver* observer) {
  const std::uint32_t id = state_->model->inputs()->Get(0);
  if (input.size() != state_->value<float>(id).size()) {
    return Status(StatusCode::kInvalidArgument, "the input has another number of elements");
  }
  const Element& element = state_->values.elements[id];
  if (element.eight_bit) {
    kernels::quantize(input, element.grid, state_->value<std::uint8_t>(id).data());
  } else {
    std::memcpy(state_->value<float>(id).data(), input.data(), input.size_bytes());
  }
  const Workspace workspace = {state_->pool, state_->memory.scratch.data(), state_->scratch_stride};
  for (std::uint32_t i = 0; i < state_->steps.size(); ++i) {
    std::visit([&workspace](const auto& s) { bitdown::run(s, workspace); }, state_->steps[i]);
    if (observer != nullptr) observer->after_step(view(*state_, i));
  }
  return {};
}

std::span<const float> Session::output(std::size_t index) const {
  return state_->value<float>(state_->model->outputs()->Get(static_cast<std::uint32_t>(index)));
}

SessionRequirements Session::memory_use() const {
  return state_->required;
}

Precision Session::precision() const {
  return state_->options.fast ? Precision::kFast : Precision::kExact;
}

const char* Session::isa() const {
  return state_->options.fast ? state_->int8->name : state_->gemm->name;
}

unsigned Session::threads() const {
  return state_->machine.threads;
}

std::size_t Session::operator_count() const {
  return state_->layers.size();
}

const LayerPlan& Session::layer_plan(std::size_t index) const {
  return state_->layers[index];
}

}  // namespace bitdown
