// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "bitdown/model.h"
#include "bitdown/plan.h"
#include "bitdown/status.h"

namespace bitdown {

/// How dense layers run. Layers with codes always run from their codes.
enum class DenseBackend : unsigned char {
  kDefault,  ///< XNNPACK for networks without codes if the library was built with it, else
             ///< kBuiltin.
  kBuiltin,  ///< Bitdown's own kernels: no second copy of the weights.
  kXnnpack,  ///< XNNPACK; kUnsupported when the library was built without it.
};

/// The numbers a session computes with.
enum class Precision : unsigned char {
  kDefault,  ///< kFast when the blob is calibrated, else kExact.
  kExact,    ///< float32.
  kFast,  ///< 8-bit activations and weights; kUnsupported when the blob has no activation ranges.
          ///< Layer by layer the same bits on every ISA for one algorithm, up to the last layer's
          ///< floats; but which algorithm a layer gets depends on the CPU unless it is given.
};

/// Memory a session works in. Each span is 64-byte aligned; its bytes must outlive the session and
/// belong to it alone.
struct SessionMemory {
  std::span<std::byte> persistent;   ///< Steps and tables: written by create, read by run.
  std::span<std::byte> activations;  ///< Values between operators.
  std::span<std::byte> scratch;      ///< Working memory of one operator at a time, for all threads.
};

/// What SessionMemory must hold at least, in bytes. Does not include XNNPACK's own copies.
struct SessionRequirements {
  std::size_t persistent = 0;
  std::size_t activations = 0;
  std::size_t scratch = 0;
};

struct SessionOptions {
  /// "portable", "avx2", "avxvnni", "avx512", "vnni", "neon" or "dotprod"; null: the environment
  /// variable BITDOWN_ISA if set, else the best that this CPU has.
  const char* isa = nullptr;
  Precision precision = Precision::kDefault;
  DenseBackend dense = DenseBackend::kDefault;  ///< kXnnpack implies kExact.
  /// For all layers with codes.
  Algorithm algorithm = Algorithm::kDefault;
  /// The text of a plan file (`bitdown tune`), read by create(); kDefault then chooses by what was
  /// measured. One that is damaged or has nothing for this model, CPU, ISA and number of threads
  /// counts as none.
  std::string_view plan = {};
  /// Bytes that layers with codes may take expanded, beyond the session's other memory; kDefault
  /// then expands those that gain most by the byte. 0: none; not used in kExact, where expanding
  /// gains nothing.
  std::size_t memory_budget = 0;
  /// Threads that run() works with, the caller's included: 1 to 64; 0: the environment variable
  /// BITDOWN_THREADS if set, else one for each big core that the process may use. More threads
  /// change no bit of a layer's result, but kDefault may choose another algorithm for them. The
  /// session owns them; they sleep between runs.
  unsigned threads = 0;
  /// Keeps each of the session's own threads on a core of its own.
  bool pin_threads = false;
  /// All empty: the session allocates its memory itself. Otherwise it allocates none, but for the
  /// stacks of its threads.
  SessionMemory memory = {};
};

/// What a StepObserver sees after each operator of a run.
struct StepView {
  std::string_view name;  ///< The operator's name, e.g. "layer1.0.conv1"; lives like the model.
  const char* algorithm = "";  ///< How it ran, e.g. "decode + GEMM"; static.
  std::uint64_t macs = 0;      ///< Multiply-adds of the layer if it were computed densely.
  std::uint32_t value = 0;     ///< Index of the operator's output in the blob's values.
  /// It, planar; empty when it is stored in another layout or precision.
  std::span<const float> output;
};

/// Called from run(), on its thread, after each operator: for profiles and calibration.
class StepObserver {
 public:
  virtual void after_step(const StepView& step) = 0;

 protected:
  ~StepObserver() = default;
};

/// One executable instance of a model: a plan and its working memory. Everything is checked and
/// allocated in create(); run() allocates nothing and can fail only for a wrong input size.
/// Movable, not copyable. One thread at a time; use one session a thread and share the Model, which
/// must outlive its sessions.
class Session {
 public:
  struct State;  ///< Internal.

  /// Sizes for options.memory under these options.
  static Result<SessionRequirements> requirements(const Model& model,
                                                  const SessionOptions& options);

  /// Fails with kUnsupported (ISA, backend, precision), kOutOfMemory (arena too small, or one
  /// beyond 1 GiB needed; where() names it; or no thread left) or kInvalidArgument.
  static Result<Session> create(const Model& model, const SessionOptions& options = {});

  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;
  ~Session();

  /// Runs the network on its first input: planar float32 of model.input(0).shape. Fails with
  /// kInvalidArgument when `input` has another number of elements. `observer` may be null.
  Status run(std::span<const float> input, StepObserver* observer = nullptr);

  /// Result `index` < model.output_count() of the last run(), valid until the next.
  std::span<const float> output(std::size_t index) const;

  /// What create() took.
  SessionRequirements memory_use() const;

  /// kExact or kFast.
  Precision precision() const;

  /// Name of the ISA that the convolutions use: "avx2".
  const char* isa() const;

  /// Threads that run() works with.
  unsigned threads() const;

  /// Operators of the network, in the order of execution.
  std::size_t operator_count() const;

  /// How operator `index` < operator_count() runs; lives like the session.
  const LayerPlan& layer_plan(std::size_t index) const;

 private:
  explicit Session(State* state) : state_(state) {}
  State* state_ = nullptr;
};

}  // namespace bitdown
