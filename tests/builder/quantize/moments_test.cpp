// SPDX-License-Identifier: MIT
#include "quantize/moments.h"

#include <cmath>

#include "builder/quantize/support/noise.h"
#include "builder/quantize/support/problems.h"
#include "doctest/doctest.h"
#include "quantize/layer.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

using builder::Moments;
using builder::Rows;

double mean(const Matrix& m, std::size_t c) {
  double sum = 0;
  for (std::size_t r = 0; r < m.rows; ++r) sum += static_cast<double>(m.at(r, c));
  return sum / static_cast<double>(m.rows);
}

double covariance(const Matrix& a, std::size_t i, const Matrix& b, std::size_t j) {
  double sum = 0;
  for (std::size_t r = 0; r < a.rows; ++r) {
    sum += (static_cast<double>(a.at(r, i)) - mean(a, i)) *
           (static_cast<double>(b.at(r, j)) - mean(b, j));
  }
  return sum / static_cast<double>(a.rows);
}

void check_near(float number, double expected) {
  CHECK(std::abs(static_cast<double>(number) - expected) < 1e-4 * (1 + std::abs(expected)));
}

TEST_CASE("moments equal their definition, in one batch or several, far from zero too") {
  CAPTURE(test_seed());
  for (const bool residual : {false, true}) {
    Uniform random(test_seed());
    Rows rows;
    rows.inputs = random_matrix(90, 7, random);
    rows.targets = random_matrix(90, 3, random);
    for (float& value : rows.inputs.values) value += 50;
    if (residual) rows.residual = random_matrix(90, 3, random);
    builder::Sums sums;
    for (const std::size_t first : {0, 30, 60}) {
      const auto part = [&](const Matrix& matrix) {
        Matrix some(30, matrix.columns);
        std::copy(matrix.row(first), matrix.row(first) + 30 * matrix.columns, some.row(0));
        return some;
      };
      Rows batch{part(rows.inputs), part(rows.targets), {}};
      if (residual) batch.residual = part(rows.residual);
      sums.add(batch, 30, 2);
    }
    const Moments moments = std::move(sums).finish();
    CHECK(moments.rows == 90);
    for (std::size_t i = 0; i < 7; ++i) {
      check_near(moments.mean[i], mean(rows.inputs, i));
      for (std::size_t j = 0; j < 7; ++j) {
        check_near(moments.covariance.at(i, j), covariance(rows.inputs, i, rows.inputs, j));
      }
    }
    for (std::size_t o = 0; o < 3; ++o) {
      check_near(moments.target_mean[o], mean(rows.targets, o));
      check_near(moments.target_variance[o], covariance(rows.targets, o, rows.targets, o));
      check_near(moments.residual_mean[o], residual ? mean(rows.residual, o) : 0.0);
      for (std::size_t j = 0; j < 7; ++j) {
        check_near(moments.target_cross.at(o, j), covariance(rows.targets, o, rows.inputs, j));
        if (!residual) continue;
        check_near(moments.residual_cross.at(o, j), covariance(rows.residual, o, rows.inputs, j));
      }
    }
    CHECK((moments.residual_cross.rows > 0) == residual);
  }
}

builder::Measured measured(const builder::Graph& teacher, const builder::Graph& student,
                           std::size_t node, unsigned jobs) {
  Noise noise(20);
  const builder::Images images(noise, teacher.values[teacher.inputs[0]].shape, jobs);
  std::vector<builder::Features> features;
  for (const bool mirrored : {false, true}) {
    features.emplace_back(images, mirrored, 3 * 32 * 32, jobs);
  }
  builder::Measurement measurement{teacher, student};
  measurement.node = node;
  measurement.cut = teacher.inputs[0];
  measurement.rows = 400;
  measurement.held_rows = 100;
  measurement.seed = 4;
  measurement.jobs = jobs;
  return builder::measure(measurement, features);
}

TEST_CASE("what a layer answers is what its weights make of its input, in all layers") {
  CAPTURE(test_seed());
  const builder::Graph graph = tiny_network({.dense = true});
  for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
    const auto* convolution = std::get_if<builder::Convolution>(&graph.nodes[node].op);
    if (convolution == nullptr && !std::holds_alternative<builder::Linear>(graph.nodes[node].op)) {
      continue;
    }
    CAPTURE(graph.nodes[node].name);
    // With the network as its own student, nothing is lost.
    const builder::Measured result = measured(graph, graph, node, 2);
    const builder::Layer layer = builder::read_layer(graph.nodes[node]);
    REQUIRE(result.held_out.inputs.rows > 0);
    for (std::size_t r = 0; r < result.held_out.inputs.rows; r += 7) {
      for (std::size_t o = 0; o < layer.weights.rows; ++o) {
        double sum = 0;
        for (std::size_t c = 0; c < layer.weights.columns; ++c) {
          sum += static_cast<double>(layer.weights.at(o, c)) *
                 static_cast<double>(result.held_out.inputs.at(r, c));
        }
        const double expected =
            sum * static_cast<double>(layer.scale[o]) + static_cast<double>(layer.shift[o]);
        CHECK(std::abs(static_cast<double>(result.held_out.targets.at(r, o)) - expected) < 2e-3);
      }
    }
    const bool joins = graph.nodes[node].inputs.size() > 1;
    CHECK((result.held_out.residual.rows > 0) == joins);
    for (const float lost : result.held_out.residual.values) CHECK(std::fabs(lost) < 1e-3f);
  }
}

TEST_CASE("the residual is what the student's other branch lost") {
  CAPTURE(test_seed());
  const builder::Graph graph = tiny_network({.dense = true});
  std::size_t join = 0;
  while (graph.nodes[join].inputs.size() < 2) ++join;
  builder::Graph student = graph;
  const builder::ValueId other = graph.nodes[join].inputs[1];
  for (builder::Node& node : student.nodes) {
    if (node.output != other && node.output != graph.nodes[0].output) continue;
    // All a quarter lower, through whatever follows up to the join.
    for (float& scale : std::get<builder::Convolution>(node.op).scale) scale *= 0.75f;
    for (float& shift : std::get<builder::Convolution>(node.op).shift) shift *= 0.75f;
    break;
  }
  const builder::Measured result = measured(graph, student, join, 2);
  double lost = 0;
  for (const float value : result.held_out.residual.values) lost += static_cast<double>(value);
  CHECK(lost > 0);
}

TEST_CASE("measurements do not depend on the number of threads") {
  const builder::Graph graph = tiny_network({.dense = true});
  const builder::Measured one = measured(graph, graph, 2, 1);
  const builder::Measured three = measured(graph, graph, 2, 3);
  CHECK(one.moments.covariance.values == three.moments.covariance.values);
  CHECK(one.moments.target_cross.values == three.moments.target_cross.values);
  CHECK(one.held_out.inputs.values == three.held_out.inputs.values);
}

}  // namespace
}  // namespace bitdown::tests
