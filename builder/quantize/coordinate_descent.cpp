// SPDX-License-Identifier: MIT
#include "quantize/coordinate_descent.h"

#include <algorithm>
#include <numeric>

#include "quantize/kmeans.h"
#include "quantize/linear_algebra.h"
#include "workers/workers.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kGroupColumns = 144;
constexpr std::size_t kTileRows = 64;

// What all outputs share in one sweep.
struct Plan {
  std::size_t dimension = 0;
  std::size_t group_blocks = 0;
  std::vector<std::size_t> groups;               // In the order of the visit.
  std::vector<std::vector<std::size_t>> blocks;  // Of a group, in that order.
  Matrix norms;                                  // (blocks, K): c' H c.
};

Plan make_plan(const Objective& objective, const Matrix& codebook, Random& random, unsigned jobs) {
  Plan plan;
  plan.dimension = codebook.columns;
  plan.group_blocks = std::max<std::size_t>(1, kGroupColumns / plan.dimension);
  const std::size_t blocks = objective.metric.rows / plan.dimension;
  const std::size_t groups = (blocks + plan.group_blocks - 1) / plan.group_blocks;
  plan.groups.resize(groups);
  std::iota(plan.groups.begin(), plan.groups.end(), std::size_t{0});
  random.shuffle(std::span(plan.groups), groups);
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t first = g * plan.group_blocks;
    std::vector<std::size_t> members(std::min(plan.group_blocks, blocks - first));
    std::iota(members.begin(), members.end(), first);
    random.shuffle(std::span(members), members.size());
    plan.blocks.push_back(std::move(members));
  }
  plan.norms = Matrix(blocks, codebook.rows);
  in_parallel(blocks, jobs, [&](std::size_t b) {
    for (std::size_t k = 0; k < codebook.rows; ++k) {
      const float* word = codebook.row(k);
      float sum = 0;
      for (std::size_t i = 0; i < plan.dimension; ++i) {
        const float* h = objective.metric.row(b * plan.dimension + i) + b * plan.dimension;
        sum += word[i] * std::inner_product(word, word + plan.dimension, h, 0.0f);
      }
      plan.norms.at(b, k) = sum;
    }
  });
  return plan;
}

// Some outputs.
class Tile {
 public:
  Tile(const Objective& objective, const Matrix& codebook, const Plan& plan, std::size_t first,
       std::size_t rows, std::vector<std::uint16_t>& codes)
      : objective_(objective),
        codebook_(codebook),
        plan_(plan),
        rows_(rows),
        columns_(objective.targets.columns),
        blocks_(columns_ / plan.dimension),
        codes_(codes.data() + first * blocks_),
        gradient_(rows, columns_),
        change_(rows, plan.group_blocks * plan.dimension),
        wanted_(rows, plan.dimension),
        scores_(rows, codebook.rows) {
    const Matrix errors = errors_of(first);
    update_gradient(errors.values.data(), columns_, 0, columns_, 0);
  }

  void sweep() {
    for (const std::size_t group : plan_.groups) {
      std::fill(change_.values.begin(), change_.values.end(), 0.0f);
      const std::size_t begin = group * plan_.group_blocks * plan_.dimension;
      const std::size_t width = plan_.blocks[group].size() * plan_.dimension;
      for (const std::size_t block : plan_.blocks[group]) visit(block, begin, width);
      // The group's own part is up to date.
      update_gradient(change_.values.data(), change_.columns, begin, width, 1, 0, begin);
      update_gradient(change_.values.data(), change_.columns, begin, width, 1, begin + width,
                      columns_);
    }
  }

 private:
  Matrix errors_of(std::size_t first) const {
    Matrix errors(rows_, columns_);
    for (std::size_t r = 0; r < rows_; ++r) {
      const float* target = objective_.targets.row(first + r);
      for (std::size_t c = 0; c < columns_; ++c) {
        const float* word = codebook_.row(codes_[r * blocks_ + c / plan_.dimension]);
        errors.at(r, c) = target[c] - word[c % plan_.dimension];
      }
    }
    return errors;
  }

  // gradient[:, from, to) = beta gradient + e S[begin, begin + width)[from, to).
  void update_gradient(const float* e, std::size_t stride, std::size_t begin, std::size_t width,
                       float beta, std::size_t from, std::size_t to) {
    Product product;
    product.m = rows_;
    product.n = to - from;
    product.k = width;
    product.a = e;
    product.a_stride = stride;
    product.b = objective_.metric.row(begin) + from;
    product.b_stride = columns_;
    product.c = gradient_.values.data() + from;
    product.c_stride = columns_;
    product.beta = beta;
    multiply(product);
  }

  void update_gradient(const float* e, std::size_t stride, std::size_t begin, std::size_t width,
                       float beta) {
    update_gradient(e, stride, begin, width, beta, 0, columns_);
  }

  void visit(std::size_t block, std::size_t begin, std::size_t width) {
    score(block);
    const std::size_t d = plan_.dimension;
    const std::size_t at = block * d - begin;
    for (std::size_t r = 0; r < rows_; ++r) {
      std::uint16_t& code = codes_[r * blocks_ + block];
      const auto best = static_cast<std::uint16_t>(smallest(scores_.row(r), scores_.columns));
      if (best == code || scores_.at(r, best) >= scores_.at(r, code)) continue;
      const float* before = codebook_.row(code);
      const float* after = codebook_.row(best);
      float* gradient = gradient_.row(r) + begin;
      for (std::size_t i = 0; i < d; ++i) {
        const float change = before[i] - after[i];
        change_.at(r, at + i) = change;
        const float* s = objective_.metric.row(block * d + i) + begin;
        for (std::size_t c = 0; c < width; ++c) gradient[c] += change * s[c];
      }
      code = best;
    }
  }

  // c' H c - 2 c' (H p + g) of all codewords.
  void score(std::size_t block) {
    const std::size_t d = plan_.dimension;
    for (std::size_t r = 0; r < rows_; ++r) {
      const float* present = codebook_.row(codes_[r * blocks_ + block]);
      for (std::size_t i = 0; i < d; ++i) {
        const float* h = objective_.metric.row(block * d + i) + block * d;
        wanted_.at(r, i) =
            std::inner_product(present, present + d, h, gradient_.at(r, block * d + i));
      }
      std::copy(plan_.norms.row(block), plan_.norms.row(block) + scores_.columns, scores_.row(r));
    }
    Product product;
    product.m = rows_;
    product.n = codebook_.rows;
    product.k = d;
    product.a = wanted_.values.data();
    product.a_stride = d;
    product.b = codebook_.values.data();
    product.b_stride = d;
    product.b_transposed = true;
    product.c = scores_.values.data();
    product.c_stride = scores_.columns;
    product.alpha = -2;
    product.beta = 1;
    multiply(product);
  }

  const Objective& objective_;
  const Matrix& codebook_;
  const Plan& plan_;
  const std::size_t rows_;
  const std::size_t columns_;
  const std::size_t blocks_;
  std::uint16_t* const codes_;
  Matrix gradient_;  // e S.
  Matrix change_;    // Of e, in the present group.
  Matrix wanted_;    // H p + g.
  Matrix scores_;
};

}  // namespace

void sweep_codes(const Objective& objective, const Matrix& codebook, Random& random,
                 std::vector<std::uint16_t>& codes, unsigned jobs) {
  const Plan plan = make_plan(objective, codebook, random, jobs);
  const std::size_t outputs = objective.targets.rows;
  // At least eight tiles, so that narrow layers keep some cores busy too.
  const std::size_t rows = std::clamp<std::size_t>(outputs / 8, 1, kTileRows);
  in_parallel((outputs + rows - 1) / rows, jobs, [&](std::size_t tile) {
    const std::size_t first = tile * rows;
    Tile(objective, codebook, plan, first, std::min(rows, outputs - first), codes).sweep();
  });
}

}  // namespace bitdown::builder
