// SPDX-License-Identifier: MIT
#include "quantize/layer_quantizer.h"

#include <algorithm>
#include <cmath>

#include "builder/importers/support/errors.h"
#include "builder/quantize/support/problems.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using builder::LayerResult;
using builder::Method;
using builder::Recipe;

// A layer and correlated inputs, the same for teacher and student.
struct Sample {
  builder::Layer layer;
  builder::Measured measured;

  explicit Sample(Matrix weights, bool scalable = true) {
    layer.weights = std::move(weights);
    layer.scalable = scalable;
    Uniform random(test_seed() + 1);
    const std::size_t columns = layer.weights.columns;
    for (std::size_t o = 0; o < layer.weights.rows; ++o) {
      layer.scale.push_back(scalable ? 1.5f + random() : 1.0f);
      layer.shift.push_back(random());
    }
    const Matrix mix = random_matrix(columns, columns, random);
    builder::Rows used = rows(1000, mix, random);
    measured.held_out = rows(300, mix, random);
    builder::Sums sums;
    sums.add(used, 1000, 2);
    measured.moments = std::move(sums).finish();
  }

  builder::Rows rows(std::size_t count, const Matrix& mix, Uniform& random) const {
    const Matrix raw = random_matrix(count, mix.rows, random);
    builder::Rows result;
    result.inputs = Matrix(count, mix.columns);
    result.targets = Matrix(count, layer.weights.rows);
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t c = 0; c < mix.columns; ++c) {
        float sum = 0;
        for (std::size_t k = 0; k < mix.rows; ++k) sum += raw.at(r, k) * mix.at(k, c);
        result.inputs.at(r, c) = std::max(0.0f, sum);
      }
      for (std::size_t o = 0; o < layer.weights.rows; ++o) {
        float sum = 0;
        for (std::size_t c = 0; c < mix.columns; ++c) {
          sum += layer.weights.at(o, c) * result.inputs.at(r, c);
        }
        result.targets.at(r, o) = layer.scale[o] * sum + layer.shift[o];
      }
    }
    return result;
  }

  LayerResult quantize(const Recipe& recipe, builder::LayerPlan plan = {3, 4, 16},
                       unsigned jobs = 2) const {
    return builder::quantize_layer(layer, measured, plan, recipe, jobs);
  }
};

Matrix noise(std::size_t rows, std::size_t columns) {
  Uniform random(test_seed());
  return random_matrix(rows, columns, random);
}

Recipe recipe_of(Method method) {
  Recipe recipe;
  recipe.method = method;
  return recipe;
}

TEST_CASE("the full covariance beats all others on rows held out") {
  CAPTURE(test_seed());
  const Sample sample(noise(32, 40));
  const LayerResult covariance = sample.quantize(recipe_of(Method::kCovariance));
  const LayerResult em = sample.quantize(recipe_of(Method::kEm));
  const LayerResult src = sample.quantize(recipe_of(Method::kSrc));
  const LayerResult kmeans = sample.quantize(recipe_of(Method::kKmeans));
  CHECK(covariance.held_out < em.held_out);
  CHECK(covariance.held_out < src.held_out);
  CHECK(covariance.held_out < kmeans.held_out);
  CHECK(covariance.error < covariance.start_error);
  CHECK(covariance.held_out < 2 * covariance.error);
}

TEST_CASE("a layer whose blocks are few words is reproduced by every method") {
  CAPTURE(test_seed());
  const Matrix words = noise(8, 4);
  Uniform random(test_seed());
  Matrix weights(32, 40);
  for (std::size_t i = 0; i < weights.values.size(); i += 4) {
    const float* word = words.row(random.below(8));
    std::copy(word, word + 4, weights.values.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const Sample sample(weights, false);
  for (const Method method : {Method::kCovariance, Method::kEm, Method::kSrc, Method::kKmeans}) {
    Recipe recipe = recipe_of(method);
    recipe.regression = false;
    const LayerResult result = sample.quantize(recipe, {0, 4, 64});
    CHECK(result.held_out < 1e-5);
  }
}

TEST_CASE("the result is a layer that can be stored") {
  const Sample sample(noise(32, 40));
  for (const Method method : {Method::kCovariance, Method::kEm, Method::kSrc, Method::kKmeans}) {
    const builder::CodedLayer layer = sample.quantize(recipe_of(method)).layer;
    CHECK(layer.weights.rows == 32);
    CHECK(layer.weights.columns == 40);
    CHECK(layer.weights.entries() == 16);
    CHECK(layer.weights.codes.size() == 32 * 10);
    CHECK(*std::max_element(layer.weights.codes.begin(), layer.weights.codes.end()) < 16);
    CHECK(layer.scale.size() == 32);
    CHECK(layer.shift.size() == 32);
  }
  CHECK(Sample(noise(32, 40), false).quantize(Recipe()).layer.scale.empty());
}

TEST_CASE("results depend on the seed, not on the number of threads") {
  const Sample sample(noise(32, 40));
  Recipe recipe;
  const LayerResult one = sample.quantize(recipe, {3, 4, 16}, 1);
  const LayerResult three = sample.quantize(recipe, {3, 4, 16}, 3);
  CHECK(one.layer.weights.codes == three.layer.weights.codes);
  CHECK(one.layer.weights.codebook == three.layer.weights.codebook);
  CHECK(one.layer.shift == three.layer.shift);
  recipe.seed = 1;
  CHECK(sample.quantize(recipe).layer.weights.codes != one.layer.weights.codes);
}

TEST_CASE("dead inputs and dead outputs do no harm") {
  Matrix weights = noise(32, 40);
  for (std::size_t c = 0; c < 40; ++c) weights.at(5, c) = 0;
  Sample sample(weights);
  sample.layer.scale[7] = 0;
  builder::Moments& moments = sample.measured.moments;
  for (std::size_t c = 0; c < 40; ++c) moments.target_cross.at(7, c) = 0;
  moments.target_variance[7] = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    for (std::size_t c = 8; c < 12; ++c) {
      moments.covariance.at(i, c) = moments.covariance.at(c, i) = 0;
    }
  }
  const LayerResult result = sample.quantize(Recipe());
  for (const float value : result.layer.weights.codebook) CHECK(std::isfinite(value));
  for (const float value : result.layer.scale) CHECK(std::isfinite(value));
  for (const float value : result.layer.shift) CHECK(std::isfinite(value));
}

TEST_CASE("weights beyond fp16 are refused") {
  Matrix weights = noise(32, 40);
  for (float& weight : weights.values) weight *= 1e7f;
  const Sample sample(weights, false);
  const Failure failure = error_of([&] { sample.quantize(Recipe()); });
  CHECK(failure.code == StatusCode::kInvalidData);
  CHECK(failure.says("beyond fp16"));
}

}  // namespace
}  // namespace bitdown::tests
