// SPDX-License-Identifier: MIT
#include "calibrate/calibrate.h"

#include <mutex>
#include <string>
#include <utility>

#include "bitdown/model.h"
#include "bitdown/session.h"
#include "calibrate/histogram.h"
#include "calibrate/range.h"
#include "error.h"
#include "workers/workers.h"

namespace bitdown::builder {
namespace {

// One histogram a value.
class Recorder final : public StepObserver {
 public:
  explicit Recorder(const Graph& graph) : graph_(graph), histograms_(graph.values.size()) {}

  void after_step(const StepView& step) override { record(step.value, step.output); }

  void record(ValueId value, std::span<const float> numbers) {
    if (failed_) return;
    failed_ = !histograms_[value].add(numbers);
    if (failed_) failed_value_ = value;
  }

  void throw_if_failed() const {
    if (!failed_) return;
    throw Error(StatusCode::kInvalidData, "value '" + graph_.values[failed_value_].name +
                                              "': has numbers beyond 2^96 or NaN");
  }

  void merge(const Recorder& other) {
    for (std::size_t i = 0; i < histograms_.size(); ++i) histograms_[i].merge(other.histograms_[i]);
  }

  const Histogram& histogram(std::size_t value) const { return histograms_[value]; }

 private:
  const Graph& graph_;
  std::vector<Histogram> histograms_;
  bool failed_ = false;
  ValueId failed_value_ = 0;
};

// Work of several threads, each with a session over the photographs of its turns, and its sum.
class Calibration {
 public:
  Calibration(const Graph& graph, const Model& model, CalibrationInputs& inputs)
      : graph_(graph), model_(model), inputs_(inputs), total_(graph) {}

  void work(Turns& turns) {
    SessionOptions options;
    options.precision = Precision::kExact;
    options.threads = 1;                     // Other threads have sessions of their own.
    options.dense = DenseBackend::kBuiltin;  // Its values are planar, so the observer sees them.
    Session session = value_or_throw(Session::create(model_, options));
    std::vector<float> input(model_.input(0).shape.elements());
    Recorder recorder(graph_);
    std::size_t used = 0;
    while (const auto index = turns.next()) {
      if (!inputs_.load(*index, input)) continue;
      recorder.record(graph_.inputs[0], input);
      throw_unless_ok(session.run(input, &recorder));
      recorder.throw_if_failed();
      ++used;
    }
    const std::lock_guard lock(mutex_);
    total_.merge(recorder);
    used_ += used;
  }

  std::size_t used() const { return used_; }
  const Recorder& total() const { return total_; }

 private:
  const Graph& graph_;
  const Model& model_;
  CalibrationInputs& inputs_;
  std::mutex mutex_;  // Guards what follows while threads run.
  Recorder total_;
  std::size_t used_ = 0;
};

}  // namespace

std::size_t calibrate(Graph& graph, DensePrecision precision, CalibrationInputs& inputs,
                      unsigned jobs) {
  if (graph.inputs.size() != 1) {
    throw Error(StatusCode::kUnsupported, "inputs: only networks with one can be calibrated");
  }
  for (Value& value : graph.values) value.range.reset();
  const AlignedBuffer blob = aligned_copy(write_blob(graph, precision));
  const Model model = value_or_throw(Model::from_memory(blob.span()));
  Calibration calibration(graph, model, inputs);
  run_workers(inputs.count(), jobs, [&](Turns& turns) { calibration.work(turns); });
  if (calibration.used() == 0) return 0;
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    graph.values[i].range = choose_range(calibration.total().histogram(i));
  }
  return calibration.used();
}

}  // namespace bitdown::builder
