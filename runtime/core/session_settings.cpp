// SPDX-License-Identifier: MIT
#include "core/session_settings.h"

#include <cstdlib>

#include "thread_pool.h"

namespace bitdown {
namespace {

#if defined(BITDOWN_WITH_XNNPACK)
// Networks with codes are about small memory and few dense layers: no second library for those.
bool wants_xnnpack(DenseBackend backend, const schema::Model& model) {
  const bool coded = model.codebooks() != nullptr && model.codebooks()->size() > 0;
  return backend == DenseBackend::kXnnpack || (backend == DenseBackend::kDefault && !coded);
}
#endif

// Says where an instruction set that nobody asked for on the command line came from.
Status name_variable(const Status& status) {
  return {status.code(),
          status.code() == StatusCode::kUnsupported
              ? "this CPU does not have the ISA in the environment variable BITDOWN_ISA"
              : "unknown ISA in the environment variable BITDOWN_ISA",
          status.where()};
}

Result<IsaSet> choose_isa(const SessionOptions& options) {
  const char* isa = options.isa != nullptr ? options.isa : std::getenv("BITDOWN_ISA");
  if (isa != nullptr && *isa == '\0') isa = nullptr;
  Result<IsaSet> chosen = bitdown::choose_isa(isa, detect_isa());
  if (!chosen.ok() && options.isa == nullptr) return name_variable(chosen.status());
  return chosen;
}

Result<std::uint32_t> choose_threads(const SessionOptions& options, const CoreList& cores) {
  unsigned long threads = options.threads;
  const char* const variable = threads == 0 ? std::getenv("BITDOWN_THREADS") : nullptr;
  if (variable != nullptr && *variable != '\0') {
    char* end = nullptr;
    threads = std::strtoul(variable, &end, 10);
    if (*end != '\0' || threads == 0) threads = ThreadPool::kMaxThreads + 1;
  }
  if (threads > ThreadPool::kMaxThreads) {
    return Status(StatusCode::kInvalidArgument, "threads must be 1 to 64",
                  variable == nullptr ? "" : "BITDOWN_THREADS");
  }
  return threads == 0 ? cores.count : static_cast<std::uint32_t>(threads);
}

}  // namespace

Result<Machine> choose_machine(const SessionOptions& options) {
  Machine machine;
  BITDOWN_ASSIGN_OR_RETURN(machine.isa, choose_isa(options));
  machine.cores = big_cores();
  BITDOWN_ASSIGN_OR_RETURN(machine.threads, choose_threads(options, machine.cores));
  return machine;
}

Result<PlanOptions> choose_numbers(const SessionOptions& options, const schema::Model& model) {
  PlanOptions numbers;
  const bool can_run_fast = bitdown::can_run_fast(model);
  if (options.precision == Precision::kFast && !can_run_fast) {
    return Status(StatusCode::kUnsupported,
                  "fast needs activation ranges (calibrate the model) and sums that fit 32 bits");
  }
  if (options.precision == Precision::kFast && options.dense == DenseBackend::kXnnpack) {
    return Status(StatusCode::kInvalidArgument, "XNNPACK runs in float32 only, not fast");
  }
  numbers.fast = can_run_fast && options.precision != Precision::kExact &&
                 options.dense != DenseBackend::kXnnpack;
#if defined(BITDOWN_WITH_XNNPACK)
  numbers.xnnpack = !numbers.fast && wants_xnnpack(options.dense, model);
#else
  if (options.dense == DenseBackend::kXnnpack) {
    return Status(StatusCode::kUnsupported, "this library was built without XNNPACK");
  }
#endif
  return numbers;
}

Result<PlanKey> plan_key(const Model& model, const SessionOptions& options) {
  BITDOWN_ASSIGN_OR_RETURN(const Machine machine, choose_machine(options));
  BITDOWN_ASSIGN_OR_RETURN(const PlanOptions numbers, choose_numbers(options, model.root()));
  return make_plan_key(model.blob(), machine.isa, numbers.fast, machine.threads);
}

}  // namespace bitdown
