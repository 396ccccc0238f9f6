// SPDX-License-Identifier: MIT
#include "bitdown/session.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "runtime/core/support/networks.h"
#include "support/allocation_counter.h"
#include "support/reference_network.h"

namespace bitdown {
namespace {

using builder::DensePrecision;
using tests::calibrated_network;
using tests::isas;
using tests::Loaded;
using tests::random_input;

// The kernels that compute in float32 with this ISA: three of them add integers only.
std::string float_isa(const std::string& isa) {
  if (isa == "vnni") return "avx512";
  if (isa == "avxvnni") return "avx2";
  return isa == "dotprod" ? "neon" : isa;
}

// The largest difference from the reference, as a fraction of the largest output.
double relative_error(const Session& session, std::size_t output,
                      const std::vector<double>& expected) {
  const std::span<const float> got = session.output(output);
  REQUIRE(got.size() == expected.size());
  double difference = 0.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference = std::max(difference, std::fabs(static_cast<double>(got[i]) - expected[i]));
    largest = std::max(largest, std::fabs(expected[i]));
  }
  return difference / largest;
}

void check_network(const builder::Graph& graph, const SessionOptions& options) {
  const Loaded loaded(graph);
  const std::vector<float> input = random_input(*loaded.model);
  const auto expected = tests::run_reference(graph, input);
  auto session = Session::create(*loaded.model, options);
  REQUIRE_MESSAGE(session.ok(), session.status().message());
  if (options.isa != nullptr) CHECK(session->isa() == float_isa(options.isa));
  for (int repeat = 0; repeat < 2; ++repeat) {  // The second run meets the first one's leftovers.
    REQUIRE(session->run(input).ok());
    CHECK(relative_error(*session, 0, expected[0]) < 1e-5);
    CHECK(relative_error(*session, 1, expected[1]) < 1e-4);
  }
}

TEST_CASE("a coded and a dense network agree with the reference on every ISA") {
  CAPTURE(tests::test_seed());
  for (const char* isa : isas()) {
    CAPTURE(isa);
    for (const bool dense : {false, true}) {
      CAPTURE(dense);
      for (const auto& [height, width] : {std::pair{32u, 32u}, std::pair{19u, 45u}}) {
        check_network(tests::tiny_network({.height = height, .width = width, .dense = dense}),
                      {.isa = isa, .dense = DenseBackend::kBuiltin});
      }
    }
    check_network(tests::smallest_network(), {.isa = isa});
  }
}

TEST_CASE("dense layers through XNNPACK agree, in all-dense and in mixed networks") {
  const Loaded probe(tests::smallest_network());
  const SessionOptions options = {.dense = DenseBackend::kXnnpack};
  const auto session = Session::create(*probe.model, options);
  if (!session.ok()) {
    CHECK(session.status().code() == StatusCode::kUnsupported);
    MESSAGE("skipped: " << std::string(session.status().message()));
    return;
  }
  check_network(tests::tiny_network({.dense = true}), options);
  check_network(tests::tiny_network({.height = 19, .width = 45, .dense = true}), options);
  check_network(tests::tiny_network(), options);
  check_network(tests::smallest_network(), options);
}

TEST_CASE("half precision of dense parts changes no number that fits it") {
  const builder::Graph graph = tests::tiny_network();
  const Loaded single(graph);
  const Loaded half(graph, DensePrecision::kFloat16);
  CHECK(half.blob.bytes().size() < single.blob.bytes().size());
  const std::vector<float> input = random_input(*single.model);
  auto a = Session::create(*single.model);
  auto b = Session::create(*half.model);
  REQUIRE(a->run(input).ok());
  REQUIRE(b->run(input).ok());
  CHECK(std::ranges::equal(a->output(0), b->output(0)));
}

TEST_CASE("nothing is allocated after create") {
  const Loaded loaded(tests::tiny_network());
  const std::vector<float> input = random_input(*loaded.model);
  auto session = Session::create(*loaded.model);
  REQUIRE(session.ok());
  const std::size_t before = tests::allocation_count();
  REQUIRE(session->run(input).ok());
  REQUIRE(session->output(0).size() == 37);
  const std::size_t after = tests::allocation_count();
  CHECK(after == before);
  if (tests::counts_allocations()) CHECK(before > 0);
}

TEST_CASE("a session in the caller's memory allocates nothing at all") {
  const Loaded loaded(tests::tiny_network());
  // Starting a thread takes memory for its stack.
  SessionOptions options = {.dense = DenseBackend::kBuiltin, .threads = 1};
  const auto required = Session::requirements(*loaded.model, options);
  REQUIRE(required.ok());
  const AlignedBuffer persistent(required->persistent);
  const AlignedBuffer activations(required->activations);
  const AlignedBuffer scratch(required->scratch);
  options.memory = {persistent.span(), activations.span(), scratch.span()};
  const std::vector<float> input = random_input(*loaded.model);
  const std::size_t before = tests::allocation_count();
  bool ran = false;
  {
    auto session = Session::create(*loaded.model, options);
    ran = session.ok() && session->run(input).ok();
  }
  CHECK(tests::allocation_count() == before);
  CHECK(ran);
}

// Creates with one arena growing 8 bytes at a time; it must succeed at the required size, not
// before.
void starve(const Model& model, std::span<std::byte> SessionMemory::*arena) {
  SessionOptions options = {.dense = DenseBackend::kBuiltin};
  const SessionRequirements required = *Session::requirements(model, options);
  const AlignedBuffer persistent(required.persistent);
  const AlignedBuffer activations(required.activations);
  const AlignedBuffer scratch(required.scratch);
  options.memory = {persistent.span(), activations.span(), scratch.span()};
  const std::span<std::byte> whole = options.memory.*arena;
  for (std::size_t size = 8; size < whole.size(); size += 8) {
    options.memory.*arena = whole.first(size);
    const auto session = Session::create(model, options);
    REQUIRE_FALSE(session.ok());
    REQUIRE(session.status().code() == StatusCode::kOutOfMemory);
  }
  options.memory.*arena = whole;
  CHECK(Session::create(model, options).ok());
}

TEST_CASE("too small arenas are refused at every size") {
  const Loaded loaded(tests::smallest_network());
  starve(*loaded.model, &SessionMemory::persistent);
  starve(*loaded.model, &SessionMemory::activations);
  starve(*loaded.model, &SessionMemory::scratch);
}

TEST_CASE("misaligned arenas, unknown ISAs and wrong inputs are refused") {
  const Loaded loaded(tests::smallest_network());
  SessionOptions options;
  const SessionRequirements required = *Session::requirements(*loaded.model, options);
  const AlignedBuffer persistent(required.persistent + 8);
  options.memory.persistent = persistent.span().subspan(8);
  CHECK(Session::create(*loaded.model, options).status().code() == StatusCode::kInvalidArgument);
  CHECK(Session::create(*loaded.model, {.isa = "mmx"}).status().code() ==
        StatusCode::kInvalidArgument);
  auto session = Session::create(*loaded.model);
  REQUIRE(session.ok());
  const std::vector<float> input(loaded.model->input(0).shape.elements() + 1);
  CHECK(session->run(input).code() == StatusCode::kInvalidArgument);
  CHECK(session->run({}).code() == StatusCode::kInvalidArgument);
}

TEST_CASE("BITDOWN_ISA chooses when the options do not") {
  const Loaded loaded(tests::smallest_network());
  setenv("BITDOWN_ISA", "portable", 1);
  CHECK(std::string(Session::create(*loaded.model)->isa()) == "portable");
  setenv("BITDOWN_ISA", "nonsense", 1);
  CHECK(Session::create(*loaded.model).status().code() == StatusCode::kInvalidArgument);
  unsetenv("BITDOWN_ISA");
}

struct Recorder final : StepObserver {
  std::vector<std::string> names;
  std::vector<float> last;
  std::uint64_t first_macs = 0;

  void after_step(const StepView& step) override {
    if (names.empty()) first_macs = step.macs;
    names.emplace_back(step.name);
    last.assign(step.output.begin(), step.output.end());
  }
};

TEST_CASE("an observer sees every operator with its output") {
  const builder::Graph graph = tests::tiny_network();
  const Loaded loaded(graph);
  auto session = Session::create(*loaded.model);
  Recorder recorder;
  REQUIRE(session->run(random_input(*loaded.model), &recorder).ok());
  REQUIRE(recorder.names.size() == graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    CHECK(recorder.names[i] == graph.nodes[i].name);
  }
  CHECK(std::ranges::equal(recorder.last, session->output(1)));
  const auto& stem = graph.values[graph.nodes[0].output].shape;
  CHECK(recorder.first_macs == std::uint64_t{stem[0]} * stem[1] * stem[2] * 3 * 7 * 7);
}

TEST_CASE("the number of threads changes no bit of a result, whatever the numbers and algorithm") {
  const Loaded loaded(calibrated_network(false));
  const std::vector<float> input = random_input(*loaded.model);
  for (const auto& [precision, algorithm] : {std::pair{Precision::kExact, Algorithm::kDefault},
                                             std::pair{Precision::kFast, Algorithm::kDecode},
                                             std::pair{Precision::kFast, Algorithm::kTable}}) {
    std::vector<float> alone;
    for (const unsigned threads : {1u, 2u, 3u, 7u}) {
      CAPTURE(threads);
      auto session = Session::create(*loaded.model, {.precision = precision,
                                                     .dense = DenseBackend::kBuiltin,
                                                     .algorithm = algorithm,
                                                     .threads = threads,
                                                     .pin_threads = threads == 2});
      REQUIRE(session.ok());
      CHECK(session->threads() == threads);
      for (int run = 0; run < 20; ++run) REQUIRE(session->run(input).ok());
      const std::span<const float> output = session->output(0);
      if (threads == 1) alone.assign(output.begin(), output.end());
      CHECK(std::equal(alone.begin(), alone.end(), output.begin()));
    }
  }
}

TEST_CASE("a number of threads that makes no sense is refused") {
  const Loaded loaded(tests::smallest_network());
  CHECK(Session::create(*loaded.model, {.threads = 65}).status().code() ==
        StatusCode::kInvalidArgument);
  for (const char* text : {"0", "65", "two", "-1"}) {
    CAPTURE(std::string(text));
    setenv("BITDOWN_THREADS", text, 1);
    CHECK(Session::create(*loaded.model).status().code() == StatusCode::kInvalidArgument);
  }
  setenv("BITDOWN_THREADS", "3", 1);
  CHECK(Session::create(*loaded.model)->threads() == 3);
  unsetenv("BITDOWN_THREADS");
  CHECK(Session::create(*loaded.model)->threads() >= 1);
}

// The logits of each ISA by one algorithm for all layers.
void check_same_on_every_isa(const builder::Graph& graph, Algorithm algorithm) {
  const Loaded loaded(graph);
  const std::vector<float> input = random_input(*loaded.model);
  const auto exact = tests::run_reference(graph, input);
  std::vector<double> first;
  for (const char* isa : isas()) {
    CAPTURE(isa);
    auto fast = Session::create(*loaded.model, {.isa = isa, .algorithm = algorithm});
    REQUIRE(fast.ok());
    CHECK(fast->precision() == Precision::kFast);
    REQUIRE(fast->run(input).ok());
    CHECK(relative_error(*fast, 0, exact[0]) < 0.05);
    if (first.empty()) first.assign(fast->output(0).begin(), fast->output(0).end());
    // Everything up to the pooled features is the same; what follows is float32.
    CHECK(relative_error(*fast, 0, first) < 1e-6);
  }
}

TEST_CASE("fast follows exact closely, and by one algorithm gives the same on every ISA") {
  check_same_on_every_isa(calibrated_network(true), Algorithm::kDefault);
  check_same_on_every_isa(calibrated_network(false), Algorithm::kDecode);
  check_same_on_every_isa(calibrated_network(false), Algorithm::kTable);
}

TEST_CASE("fast refuses sums that could leave int32, and XNNPACK") {
  builder::Graph graph;
  const builder::ValueId x = graph.add_value("x", {3, 2, 2});
  const builder::ValueId wide = graph.add_value("wide", {16600, 2, 2});
  const builder::ValueId y = graph.add_value("y", {1, 1, 1});
  const builder::ValueId mean = graph.add_value("mean", {1});
  for (const builder::ValueId id : {x, wide, y}) graph.values[id].range = {{0.0f, 255.0f}};
  graph.inputs = {x};
  graph.outputs = {mean};
  builder::Convolution widen;
  widen.weights = builder::DenseMatrix{16600, 3, std::vector<float>(49800, 1.0f)};
  builder::Convolution sum;
  sum.weights = builder::DenseMatrix{1, 66400, std::vector<float>(66400, 1.0f)};
  sum.kernel = 2;
  graph.nodes = {{"widen", {x}, wide, widen},
                 {"sum", {wide}, y, sum},
                 {"pool", {y}, mean, builder::GlobalAveragePool{}}};
  const Loaded loaded(graph);
  CHECK(Session::create(*loaded.model)->precision() == Precision::kExact);
  CHECK(Session::create(*loaded.model, {.precision = Precision::kFast}).status().code() ==
        StatusCode::kUnsupported);
  const Loaded calibrated(calibrated_network(true));
  CHECK_FALSE(Session::create(*calibrated.model,
                              {.precision = Precision::kFast, .dense = DenseBackend::kXnnpack})
                  .ok());
}

TEST_CASE("fast takes less memory, and needs ranges") {
  const Loaded calibrated(calibrated_network(false));
  const auto fast = Session::create(*calibrated.model);
  const auto exact = Session::create(*calibrated.model, {.precision = Precision::kExact});
  CHECK(exact->precision() == Precision::kExact);
  CHECK(fast->memory_use().activations < exact->memory_use().activations / 2);
  const Loaded plain(tests::tiny_network());
  CHECK(Session::create(*plain.model)->precision() == Precision::kExact);
  CHECK(Session::create(*plain.model, {.precision = Precision::kFast}).status().code() ==
        StatusCode::kUnsupported);
}

TEST_CASE("sessions move and share a model") {
  const Loaded loaded(tests::tiny_network());
  const std::vector<float> input = random_input(*loaded.model);
  auto first = Session::create(*loaded.model);
  auto second = Session::create(*loaded.model);
  Session moved = std::move(*first);
  REQUIRE(moved.run(input).ok());
  REQUIRE(second->run(input).ok());
  CHECK(std::ranges::equal(moved.output(0), second->output(0)));
}

}  // namespace
}  // namespace bitdown
