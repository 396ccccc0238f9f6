// SPDX-License-Identifier: MIT
#include "quantize/layer_quantizer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "error.h"
#include "kernels/half/half.h"
#include "quantize/codebook_solver.h"
#include "quantize/coordinate_descent.h"
#include "quantize/linear_algebra.h"
#include "quantize/match.h"
#include "quantize/objective.h"
#include "quantize/start.h"
#include "quantize/target.h"

namespace bitdown::builder {
namespace {

Matrix scaled_rows(Matrix matrix, const std::vector<float>& scale, bool divide) {
  for (std::size_t r = 0; r < matrix.rows; ++r) {
    const float factor = divide ? 1 / scale[r] : scale[r];
    float* row = matrix.row(r);
    for (std::size_t c = 0; c < matrix.columns; ++c) row[c] *= factor;
  }
  return matrix;
}

std::vector<float> diagonal(const Matrix& matrix) {
  std::vector<float> result;
  for (std::size_t i = 0; i < matrix.rows; ++i) result.push_back(matrix.at(i, i));
  return result;
}

void round_to_half(Matrix& codebook) {
  for (float& value : codebook.values) {
    value = kernels::half_to_float(kernels::float_to_half(value));
    if (!std::isfinite(value)) {
      throw Error(StatusCode::kInvalidData, "its weights need a codeword beyond fp16");
    }
  }
}

class LayerQuantizer {
 public:
  LayerQuantizer(const Layer& layer, const Measured& measured, const LayerPlan& plan,
                 const Recipe& recipe, unsigned jobs)
      : layer_(layer),
        measured_(measured),
        plan_(plan),
        recipe_(recipe),
        jobs_(jobs),
        random_(recipe.seed, plan.node) {
    kmeans_.entries = plan.entries;
    kmeans_.iterations = recipe.kmeans_iterations;
  }

  LayerResult run() {
    switch (recipe_.method) {
      case Method::kCovariance:
        by_covariance();
        break;
      case Method::kEm:
        by_em();
        break;
      case Method::kSrc:
        by_weights(true, kAnnealingIterations);
        break;
      case Method::kKmeans:
        by_weights(false, kPaperIterations);
        break;
    }
    finish();
    return std::move(result_);
  }

 private:
  const Moments& moments() const { return measured_.moments; }

  // Codes W itself, in the metric of the mean of the blocks' covariances. The paper takes second
  // moments; but batch-norm makes up for errors of the mean, and what is left is less without them.
  void by_em() {
    scale_ = layer_.scale;
    const std::vector<float> equal(layer_.weights.rows, 1.0f);
    kmeans_.iterations = kPaperIterations;
    clusters_ = kmeans_in_metric(layer_.weights, equal, moments().covariance, plan_.block_size,
                                 kmeans_, random_, jobs_);
    round_to_half(clusters_.codebook);
  }

  // Codes W itself, whatever its inputs are.
  void by_weights(bool annealed, unsigned iterations) {
    scale_ = layer_.scale;
    kmeans_.annealed = annealed;
    kmeans_.iterations = iterations;
    clusters_ = kmeans_of_blocks(layer_.weights, plan_.block_size, kmeans_, random_, jobs_);
    round_to_half(clusters_.codebook);
  }

  void by_covariance() {
    const Matrix wanted = choose_wanted();
    Matrix metric = moments().covariance;
    const double ridge = recipe_.damping * mean_diagonal(metric);
    for (std::size_t i = 0; i < metric.rows; ++i) {
      metric.at(i, i) += static_cast<float>(ridge > 0 ? ridge : 1);
    }
    choose_scale(wanted, metric);
    const Matrix coupling = choose_coupling();
    const Matrix targets = scaled_rows(wanted, scale_, true);
    const Objective objective{targets, metric, coupling};
    clusters_ = kmeans_in_metric(targets, diagonal(coupling), metric, plan_.block_size, kmeans_,
                                 random_, jobs_);
    result_.start_error = relative_error(answers(matched()));
    for (unsigned round = 0; round < recipe_.rounds; ++round) {
      sweep_codes(objective, clusters_.codebook, random_, clusters_.codes, jobs_);
      refit_codebook(objective, clusters_.codes, recipe_.cg_iterations, clusters_.codebook, jobs_);
      revive();
    }
    round_to_half(clusters_.codebook);
    sweep_codes(objective, clusters_.codebook, random_, clusters_.codes, jobs_);
  }

  Matrix choose_wanted() {
    Matrix scaled = scaled_rows(layer_.weights, layer_.scale, false);
    if (!recipe_.regression) return scaled;
    Target target = choose_target(scaled, moments(), measured_.held_out, recipe_.residual, jobs_);
    result_.ridge = target.ridge;
    result_.share = target.share;
    return std::move(target.weights);
  }

  // Rows are divided by their output's deviation, or left as the float network has them.
  void choose_scale(const Matrix& wanted, const Matrix& metric) {
    if (layer_.scalable && recipe_.normalize) {
      for (const double v : squared_lengths(wanted, metric, jobs_)) {
        scale_.push_back(static_cast<float>(std::sqrt(v)));
      }
    } else {
      for (const float s : layer_.scale) scale_.push_back(std::fabs(s));
    }
    const float largest = *std::max_element(scale_.begin(), scale_.end());
    for (float& s : scale_) s = largest > 0 ? std::max(s, largest * kSmallestScale) : 1;
  }

  // G, damped, for rows that are divided by their scale; the identity where nothing is known of
  // what errors do to the answers.
  Matrix choose_coupling() const {
    const std::size_t outputs = scale_.size();
    const bool known = measured_.output_metric.rows > 0;
    Matrix coupling = known ? measured_.output_metric : Matrix(outputs, outputs);
    const auto damping = static_cast<float>(known ? recipe_.output_damping : 1);
    for (std::size_t o = 0; o < outputs; ++o) {
      coupling.at(o, o) += damping;
      for (std::size_t p = 0; p < outputs; ++p) coupling.at(o, p) *= scale_[o] * scale_[p];
    }
    return coupling;
  }

  void revive() {
    std::vector<std::size_t> counts(plan_.entries);
    for (const std::uint16_t code : clusters_.codes) ++counts[code];
    const std::vector<double> loads(counts.begin(), counts.end());
    std::vector<float> deviation(plan_.block_size);
    for (std::size_t i = 0; i < clusters_.codebook.values.size(); ++i) {
      deviation[i % plan_.block_size] +=
          std::fabs(clusters_.codebook.values[i]) / static_cast<float>(plan_.entries);
    }
    revive_empty(counts, loads, deviation, random_, clusters_.codebook);
  }

  Matrix quantized() const {
    return expand(clusters_.codebook, clusters_.codes, layer_.weights.rows);
  }

  Affine matched() const {
    return match(quantized(), moments(), scale_, layer_.scalable, recipe_.shrink, jobs_);
  }

  // The quantized weights with the scale in them.
  Matrix answers(const Affine& affine) const {
    return scaled_rows(quantized(), affine.scale, false);
  }

  // On the images used, after matching: E(y - z - r)^2 = var y - 2 cov(y, z + r) + var z ..., where
  // the residual's part that no layer can answer is left out.
  double relative_error(const Matrix& y) const {
    const Matrix product = multiply(y, moments().covariance, jobs_);
    double error = 0;
    double variance = 0;
    for (std::size_t o = 0; o < y.rows; ++o) {
      variance += static_cast<double>(moments().target_variance[o]);
      error += static_cast<double>(moments().target_variance[o]);
      for (std::size_t c = 0; c < y.columns; ++c) {
        const float cross = moments().target_cross.at(o, c);
        error += static_cast<double>(y.at(o, c) * (product.at(o, c) - 2 * cross));
      }
    }
    return variance > 0 ? error / variance : 0;
  }

  void finish() {
    const Affine affine = matched();
    const Matrix y = answers(affine);
    result_.error = relative_error(y);
    double variance = 0;
    for (const float v : moments().target_variance) variance += static_cast<double>(v);
    if (variance > 0) {
      result_.held_out = held_out_error(y, moments(), measured_.held_out, jobs_) / variance;
    }
    CodedMatrix& weights = result_.layer.weights;
    weights.rows = static_cast<std::uint32_t>(layer_.weights.rows);
    weights.columns = static_cast<std::uint32_t>(layer_.weights.columns);
    weights.block_size = plan_.block_size;
    weights.codebook = clusters_.codebook.values;
    weights.codes = clusters_.codes;
    if (layer_.scalable) result_.layer.scale = affine.scale;
    result_.layer.shift = affine.shift;
  }

  static constexpr unsigned kPaperIterations = 100;
  static constexpr unsigned kAnnealingIterations = 1000;
  static constexpr float kSmallestScale = 1e-4f;

  const Layer& layer_;
  const Measured& measured_;
  const LayerPlan& plan_;
  const Recipe& recipe_;
  const unsigned jobs_;
  Random random_;
  KMeansOptions kmeans_;
  std::vector<float> scale_;  // Of the coded rows.
  Clusters clusters_;
  LayerResult result_;
};

}  // namespace

LayerResult quantize_layer(const Layer& layer, const Measured& measured, const LayerPlan& plan,
                           const Recipe& recipe, unsigned jobs) {
  return LayerQuantizer(layer, measured, plan, recipe, jobs).run();
}

}  // namespace bitdown::builder
