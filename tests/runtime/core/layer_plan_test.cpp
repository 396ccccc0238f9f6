// SPDX-License-Identifier: MIT
#include "core/layer_plan.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/session_settings.h"
#include "doctest/doctest.h"
#include "runtime/core/support/networks.h"

namespace bitdown {
namespace {

using tests::calibrated_network;
using tests::isas;
using tests::Loaded;
using tests::random_input;

// How a session says it ran each operator.
struct Algorithms final : StepObserver {
  std::vector<std::string> names;
  void after_step(const StepView& step) override { names.emplace_back(step.algorithm); }
};

std::vector<float> logits(Session& session, const std::vector<float>& input) {
  REQUIRE(session.run(input).ok());
  return {session.output(0).begin(), session.output(0).end()};
}

// What ran is what the plan says.
void check_runs_as_planned(Session& session, const Model& model) {
  Algorithms ran;
  REQUIRE(session.run(random_input(model), &ran).ok());
  REQUIRE(ran.names.size() == session.operator_count());
  for (std::size_t i = 0; i < ran.names.size(); ++i) {
    CAPTURE(i);
    const Algorithm planned = session.layer_plan(i).algorithm;
    CHECK((ran.names[i] == "table") == (planned == Algorithm::kTable));
    if (planned == Algorithm::kDecode) CHECK(ran.names[i].starts_with("decode + "));
    if (ran.names[i] == "decode + int8 GEMM") CHECK(planned == Algorithm::kDecode);
    CHECK((ran.names[i] == "expanded int8 GEMM") == (planned == Algorithm::kExpanded));
    CHECK((ran.names[i] == "winograd") == (planned == Algorithm::kWinograd));
  }
}

bool prefers_table(const LayerTimes& times) {
  return times.table != 0 &&
         static_cast<double>(times.table) < kTableGain * static_cast<double>(times.decode);
}

TEST_CASE("each layer runs by what the cost model predicts to be faster, on every ISA") {
  const Loaded loaded(calibrated_network(false));
  for (const char* isa : isas()) {
    CAPTURE(isa);
    auto session = Session::create(*loaded.model, {.isa = isa, .threads = 1});
    REQUIRE(session.ok());
    std::size_t choices = 0;
    for (std::size_t i = 0; i < session->operator_count(); ++i) {
      const LayerPlan& layer = session->layer_plan(i);
      CHECK(layer.measured.decode == 0);
      CHECK((layer.algorithm == Algorithm::kTable) == prefers_table(layer.predicted));
      CHECK((layer.algorithm == Algorithm::kDefault) == (layer.predicted.decode == 0));
      choices += layer.predicted.table != 0;
    }
    CHECK(choices == 6);  // All convolutions but the dense stem.
    check_runs_as_planned(*session, *loaded.model);
  }
}

TEST_CASE("a given algorithm goes before the plan") {
  const Loaded loaded(calibrated_network(false));
  for (const Algorithm algorithm : {Algorithm::kDecode, Algorithm::kTable}) {
    auto session = Session::create(*loaded.model, {.algorithm = algorithm});
    for (std::size_t i = 0; i < session->operator_count(); ++i) {
      const LayerPlan& layer = session->layer_plan(i);
      if (layer.predicted.decode != 0) CHECK(layer.algorithm == algorithm);
    }
    check_runs_as_planned(*session, *loaded.model);
  }
}

// The layers of the tiny network that Winograd can run: its basic block.
std::size_t winograd_choices(const Session& session) {
  std::size_t choices = 0;
  for (std::size_t i = 0; i < session.operator_count(); ++i) {
    const LayerPlan& layer = session.layer_plan(i);
    CHECK(layer.predicted.table == 0);
    CHECK((layer.predicted.decode != 0) == (layer.predicted.winograd != 0));
    choices += layer.predicted.winograd != 0;
  }
  return choices;
}

TEST_CASE("in float32 3x3 layers of stride 1 choose between decoding and Winograd, on every ISA") {
  const Loaded loaded(tests::tiny_network());
  for (const char* isa : isas()) {
    CAPTURE(isa);
    auto session = Session::create(*loaded.model, {.isa = isa, .threads = 1});
    CHECK(winograd_choices(*session) == 2);
    for (std::size_t i = 0; i < session->operator_count(); ++i) {
      const LayerPlan& layer = session->layer_plan(i);
      const bool faster = layer.predicted.winograd < layer.predicted.decode;
      CHECK((layer.algorithm == Algorithm::kWinograd) == faster);
    }
    check_runs_as_planned(*session, *loaded.model);
  }
}

TEST_CASE("by Winograd the logits are those of decoding, up to rounding, with any threads") {
  const Loaded loaded(tests::tiny_network({.height = 45, .width = 37}));
  const std::vector<float> input = random_input(*loaded.model);
  for (const char* isa : isas()) {
    CAPTURE(isa);
    const auto create = [&](Algorithm algorithm, unsigned threads) {
      auto session =
          Session::create(*loaded.model, {.isa = isa, .algorithm = algorithm, .threads = threads});
      REQUIRE(session.ok());
      return std::move(session).value();
    };
    Session decode = create(Algorithm::kDecode, 1);
    Session winograd = create(Algorithm::kWinograd, 1);
    CHECK(winograd_choices(winograd) == 2);
    check_runs_as_planned(decode, *loaded.model);
    check_runs_as_planned(winograd, *loaded.model);
    CHECK(winograd.memory_use().persistent > decode.memory_use().persistent);
    const std::vector<float> expected = logits(decode, input);
    const std::vector<float> found = logits(winograd, input);
    const float largest = std::abs(
        *std::ranges::max_element(expected, {}, [](float logit) { return std::abs(logit); }));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(std::abs(found[i] - expected[i]) <= 1e-5f * largest);
    }
    for (const unsigned threads : {2u, 5u}) {
      Session shared = create(Algorithm::kWinograd, threads);
      CHECK(logits(shared, input) == found);
    }
  }
}

TEST_CASE("in float32 measured times go before predicted ones as well") {
  const Loaded loaded(tests::tiny_network());
  SessionOptions options = {.threads = 1};
  const auto key = plan_key(*loaded.model, options);
  for (const bool winograd : {false, true}) {
    std::string text = std::string(kPlanVersion) + "\n" + std::string(key->line()) + "\n";
    for (std::size_t i = 0; i < loaded.model->root().operators()->size(); ++i) {
      text += std::to_string(i) + (winograd ? " 1000 0 0 999\n" : " 1000 0 0 1000\n");
    }
    options.plan = text;
    const auto session = Session::create(*loaded.model, options);
    for (std::size_t i = 0; i < session->operator_count(); ++i) {
      const LayerPlan& layer = session->layer_plan(i);
      if (layer.predicted.winograd == 0) continue;
      CHECK(layer.algorithm == (winograd ? Algorithm::kWinograd : Algorithm::kDecode));
    }
  }
}

TEST_CASE("layers that have one algorithm only have no choice") {
  const Loaded dense(calibrated_network(true));
  for (const Precision precision : {Precision::kFast, Precision::kExact}) {
    const auto session =
        Session::create(*dense.model, {.precision = precision, .algorithm = Algorithm::kTable});
    for (std::size_t i = 0; i < session->operator_count(); ++i) {
      CHECK(session->layer_plan(i).algorithm == Algorithm::kDefault);
      CHECK(session->layer_plan(i).predicted.decode == 0);
    }
  }
}

// A plan file for a session with `options`, by which every second of its layers is faster by
// tables.
std::string alternating_plan(const Model& model, const SessionOptions& options) {
  const auto key = plan_key(model, options);
  REQUIRE(key.ok());
  std::string text = std::string(kPlanVersion) + "\n" + std::string(key->line()) + "\n";
  for (std::size_t i = 0; i < model.root().operators()->size(); ++i) {
    text += std::to_string(i) + (i % 2 == 0 ? " 1000 500 800 0\n" : " 500 1000 400 0\n");
  }
  return text;
}

TEST_CASE("measured times go before predicted ones, and layers mix") {
  const Loaded loaded(calibrated_network(false));
  SessionOptions options = {.threads = 2};
  const std::string text = alternating_plan(*loaded.model, options);
  options.plan = text;
  auto session = Session::create(*loaded.model, options);
  REQUIRE(session.ok());
  for (std::size_t i = 0; i < session->operator_count(); ++i) {
    const LayerPlan& layer = session->layer_plan(i);
    CHECK(layer.measured.decode == (i % 2 == 0 ? 1000 : 500));
    if (layer.predicted.decode == 0) continue;
    CHECK(layer.algorithm == (i % 2 == 0 ? Algorithm::kTable : Algorithm::kDecode));
  }
  check_runs_as_planned(*session, *loaded.model);
  // Neither all by decoding nor all by tables, but as close to them as they are to each other.
  const std::vector<float> input = random_input(*loaded.model);
  auto decode = Session::create(*loaded.model, {.algorithm = Algorithm::kDecode});
  CHECK(logits(*session, input) != logits(*decode, input));
  options.algorithm = Algorithm::kDecode;
  auto forced = Session::create(*loaded.model, options);
  CHECK(logits(*forced, input) == logits(*decode, input));
}

std::uint64_t expanded_bytes(const Session& session, std::size_t& layers) {
  std::uint64_t bytes = 0;
  layers = 0;
  for (std::size_t i = 0; i < session.operator_count(); ++i) {
    if (session.layer_plan(i).algorithm != Algorithm::kExpanded) continue;
    bytes += session.layer_plan(i).expanded_bytes;
    ++layers;
  }
  return bytes;
}

TEST_CASE("a memory budget expands layers, never beyond it, and changes no bit") {
  const Loaded loaded(calibrated_network(false));
  const std::vector<float> input = random_input(*loaded.model);
  auto decode = Session::create(*loaded.model, {.algorithm = Algorithm::kDecode});
  const std::vector<float> expected = logits(*decode, input);
  const std::size_t without = decode->memory_use().persistent;
  std::size_t most = 0;
  for (std::size_t budget = 0; budget < 64000; budget += 640) {
    CAPTURE(budget);
    auto session = Session::create(*loaded.model,
                                   {.algorithm = Algorithm::kExpanded, .memory_budget = budget});
    REQUIRE(session.ok());
    std::size_t layers = 0;
    const std::uint64_t bytes = expanded_bytes(*session, layers);
    CHECK(bytes <= budget);
    CHECK(session->memory_use().persistent == without + bytes);
    most = std::max(most, layers);
    if (budget % 6400 != 0) continue;
    check_runs_as_planned(*session, *loaded.model);
    CHECK(logits(*session, input) == expected);
  }
  CHECK(most == 6);  // In the end, all.
}

TEST_CASE("the budget goes to what gains most by the byte") {
  const Loaded loaded(calibrated_network(false));
  SessionOptions options = {.memory_budget = 1 << 20, .threads = 1};
  const auto key = plan_key(*loaded.model, options);
  // Operators 2 and 3 gain, 3 more; 4 gains nothing; of 5 nobody knows.
  const std::string text =
      std::string(kPlanVersion) + "\n" + std::string(key->line()) +
      "\n2 1000 2000 990 0\n3 1000 900 100 0\n4 1000 2000 1000 0\n5 1000 2000 0 0\n";
  options.plan = text;
  const auto algorithm = [&](std::size_t index) {
    return Session::create(*loaded.model, options)->layer_plan(index).algorithm;
  };
  CHECK(algorithm(2) == Algorithm::kExpanded);
  CHECK(algorithm(3) == Algorithm::kExpanded);
  CHECK(algorithm(4) == Algorithm::kDecode);
  CHECK(algorithm(5) == Algorithm::kDecode);
  options.memory_budget = static_cast<std::size_t>(
      Session::create(*loaded.model, options)->layer_plan(3).expanded_bytes);
  CHECK(algorithm(2) == Algorithm::kDecode);
  CHECK(algorithm(3) == Algorithm::kExpanded);
  options.memory_budget -= 1;
  CHECK(algorithm(3) == Algorithm::kTable);
  options.memory_budget = 0;
  CHECK(algorithm(2) == Algorithm::kDecode);
  options.algorithm = Algorithm::kTable;
  options.memory_budget = 1 << 20;
  CHECK(algorithm(3) == Algorithm::kTable);
}

TEST_CASE("times that say too little count as predicted ones do") {
  const Loaded loaded(calibrated_network(false));
  SessionOptions options = {.threads = 1};
  const auto key = plan_key(*loaded.model, options);
  auto predicted = Session::create(*loaded.model, options);
  for (const char* times : {" 0 1 1 0\n", " 1 0 1 0\n"}) {
    std::string text = std::string(kPlanVersion) + "\n" + std::string(key->line()) + "\n";
    for (std::size_t i = 0; i < predicted->operator_count(); ++i) text += std::to_string(i) + times;
    options.plan = text;
    const auto session = Session::create(*loaded.model, options);
    for (std::size_t i = 0; i < session->operator_count(); ++i) {
      CHECK(session->layer_plan(i).algorithm == predicted->layer_plan(i).algorithm);
    }
  }
}

TEST_CASE("a plan that does not fit counts as none") {
  const Loaded loaded(calibrated_network(false));
  const Loaded other(calibrated_network(true));
  const SessionOptions one = {.threads = 1};
  const auto without = Session::create(*loaded.model, one);
  std::string damaged = alternating_plan(*loaded.model, one);
  damaged.pop_back();
  for (const std::string& text :
       {damaged, std::string("no plan"), alternating_plan(*other.model, one),
        alternating_plan(*loaded.model, {.threads = 2})}) {
    SessionOptions options = one;
    options.plan = text;
    const auto session = Session::create(*loaded.model, options);
    REQUIRE(session.ok());
    for (std::size_t i = 0; i < session->operator_count(); ++i) {
      CHECK(session->layer_plan(i).measured.decode == 0);
      CHECK(session->layer_plan(i).algorithm == without->layer_plan(i).algorithm);
    }
  }
  SessionOptions wrong = one;
  wrong.isa = "mmx";
  CHECK(plan_key(*loaded.model, wrong).status().code() == StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace bitdown
