// SPDX-License-Identifier: MIT
#include "quantize/coordinate_descent.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "quantize/kmeans.h"
#include "quantize/linear_algebra.h"
#include "workers/workers.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kGroupColumns = 144;
constexpr std::size_t kTileRows = 32;
constexpr std::size_t kStripColumns = 512;  // Of g, for a thread at a time.

// c = a b + beta c; a (rows, k), b (k, width).
void add_product(const Matrix& a, std::size_t rows, std::size_t k, const float* b,
                 std::size_t b_stride, std::size_t width, float beta, float* c,
                 std::size_t c_stride) {
  Product product;
  product.m = rows;
  product.n = width;
  product.k = k;
  product.a = a.values.data();
  product.a_stride = a.columns;
  product.b = b;
  product.b_stride = b_stride;
  product.c = c;
  product.c_stride = c_stride;
  product.beta = beta;
  multiply(product);
}

// Neighbouring blocks, in the order in which they are visited.
struct Group {
  std::size_t begin = 0;  // First column.
  std::size_t width = 0;
  std::vector<std::size_t> blocks;
};

std::vector<Group> make_groups(std::size_t columns, std::size_t dimension, Random& random) {
  const std::size_t group_blocks = std::max<std::size_t>(1, kGroupColumns / dimension);
  const std::size_t blocks = columns / dimension;
  std::vector<Group> groups;
  for (std::size_t first = 0; first < blocks; first += group_blocks) {
    Group group{first * dimension, 0,
                std::vector<std::size_t>(std::min(group_blocks, blocks - first))};
    group.width = group.blocks.size() * dimension;
    std::iota(group.blocks.begin(), group.blocks.end(), first);
    random.shuffle(std::span(group.blocks), group.blocks.size());
    groups.push_back(std::move(group));
  }
  random.shuffle(std::span(groups), groups.size());
  return groups;
}

class Sweep {
 public:
  Sweep(const Objective& objective, const Matrix& codebook, Random& random,
        std::vector<std::uint16_t>& codes, unsigned jobs)
      : metric_(objective.metric),
        coupling_(objective.coupling),
        codebook_(codebook),
        codes_(codes),
        jobs_(jobs),
        d_(codebook.columns),
        outputs_(objective.targets.rows),
        columns_(objective.targets.columns),
        blocks_(columns_ / d_),
        groups_(make_groups(columns_, d_, random)),
        weighed_(multiply(errors_of(objective, codebook, codes), metric_, jobs)),
        norms_(blocks_, codebook.rows),
        transposed_(d_, codebook.rows) {
    for (std::size_t k = 0; k < codebook.rows; ++k) {
      for (std::size_t i = 0; i < d_; ++i) transposed_.at(i, k) = codebook.at(k, i);
    }
    in_parallel(blocks_, jobs, [&](std::size_t b) { find_norms(b); });
  }

  void run() {
    for (std::size_t first = 0; first < outputs_; first += kTileRows) {
      start_tile(first, std::min(kTileRows, outputs_ - first));
      for (const Group& group : groups_) {
        change_ = Matrix(rows_, group.width);
        near_ = Matrix(rows_, group.width);
        for (std::size_t r = 0; r < rows_; ++r) {
          const float* from = gradient_.row(r) + group.begin;
          std::copy(from, from + group.width, near_.row(r));
        }
        for (const std::size_t block : group.blocks) visit(block, group);
        finish(group);
      }
    }
  }

 private:
  void find_norms(std::size_t block) {
    for (std::size_t k = 0; k < codebook_.rows; ++k) {
      const float* word = codebook_.row(k);
      float sum = 0;
      for (std::size_t i = 0; i < d_; ++i) {
        const float* h = metric_.row(block * d_ + i) + block * d_;
        sum += word[i] * std::inner_product(word, word + d_, h, 0.0f);
      }
      norms_.at(block, k) = sum;
    }
  }

  void in_strips(const std::function<void(std::size_t, std::size_t)>& task) {
    const std::size_t strips = (columns_ + kStripColumns - 1) / kStripColumns;
    in_parallel(strips, jobs_, [&](std::size_t strip) {
      const std::size_t from = strip * kStripColumns;
      task(from, std::min(kStripColumns, columns_ - from));
    });
  }

  // Outputs first to first + rows: their part of G, and of G E S.
  void start_tile(std::size_t first, std::size_t rows) {
    first_ = first;
    rows_ = rows;
    own_ = Matrix(rows, rows);
    Matrix others(rows, outputs_);
    for (std::size_t r = 0; r < rows; ++r) {
      const float* from = coupling_.row(first + r);
      std::copy(from, from + outputs_, others.row(r));
      std::copy(from + first, from + first + rows, own_.row(r));
    }
    gradient_ = Matrix(rows, columns_);
    in_strips([&](std::size_t from, std::size_t width) {
      add_product(others, rows, outputs_, weighed_.row(0) + from, columns_, width, 0,
                  gradient_.row(0) + from, columns_);
    });
  }

  // One block of the tile's outputs, one after the other.
  void visit(std::size_t block, const Group& group) {
    const std::size_t at = block * d_ - group.begin;
    Matrix local(rows_, d_);  // near_ there.
    Matrix changed(rows_, d_);
    for (std::size_t r = 0; r < rows_; ++r) {
      std::copy(near_.row(r) + at, near_.row(r) + at + d_, local.row(r));
    }
    bool any = false;
    for (std::size_t r = 0; r < rows_; ++r) {
      std::uint16_t& code = codes_[(first_ + r) * blocks_ + block];
      const std::uint16_t best = best_code(block, r, code, local.row(r));
      if (best == code) continue;
      any = true;
      for (std::size_t i = 0; i < d_; ++i) {
        changed.at(r, i) = codebook_.at(code, i) - codebook_.at(best, i);
      }
      code = best;
      std::copy(changed.row(r), changed.row(r) + d_, change_.row(r) + at);
      for (std::size_t i = 0; i < d_; ++i) {
        const float* h = metric_.row(block * d_ + i) + block * d_;
        const float step = std::inner_product(h, h + d_, changed.row(r), 0.0f);
        for (std::size_t later = r + 1; later < rows_; ++later) {
          local.at(later, i) += own_.at(later, r) * step;
        }
      }
    }
    if (!any) return;
    const Matrix step = weigh(changed, metric_.row(block * d_) + group.begin, group.width);
    add_coupled(step, near_.row(0), group.width);
  }

  // The codeword that is best for output r of the tile, or the present one when it is as good.
  std::uint16_t best_code(std::size_t block, std::size_t r, std::uint16_t present,
                          const float* gradient) {
    const float own = own_.at(r, r);
    const float* norms = norms_.row(block);
    scores_.assign(norms, norms + codebook_.rows);
    for (float& score : scores_) score *= own;
    for (std::size_t i = 0; i < d_; ++i) {
      const float* h = metric_.row(block * d_ + i) + block * d_;
      const float wanted =
          own * std::inner_product(h, h + d_, codebook_.row(present), 0.0f) + gradient[i];
      const float* words = transposed_.row(i);
      for (std::size_t k = 0; k < codebook_.rows; ++k) scores_[k] -= 2 * wanted * words[k];
    }
    const auto best = static_cast<std::uint16_t>(smallest(scores_.data(), scores_.size()));
    return scores_[best] < scores_[present] ? best : present;
  }

  // change S for the columns from `s` on, where that has the rows of S that the change belongs to.
  Matrix weigh(const Matrix& change, const float* s, std::size_t width) const {
    Matrix step(rows_, width);
    add_product(change, rows_, change.columns, s, columns_, width, 0, step.row(0), width);
    return step;
  }

  // to += G step.
  void add_coupled(const Matrix& step, float* to, std::size_t stride) const {
    add_product(own_, rows_, rows_, step.row(0), step.columns, step.columns, 1, to, stride);
  }

  // What the group has changed, to E S and G E S.
  void finish(const Group& group) {
    in_strips([&](std::size_t from, std::size_t width) {
      const Matrix step = weigh(change_, metric_.row(group.begin) + from, width);
      add_coupled(step, gradient_.row(0) + from, columns_);
      for (std::size_t r = 0; r < rows_; ++r) {
        float* to = weighed_.row(first_ + r) + from;
        std::transform(step.row(r), step.row(r) + width, to, to, std::plus<>());
      }
    });
  }

  const Matrix& metric_;
  const Matrix& coupling_;
  const Matrix& codebook_;
  std::vector<std::uint16_t>& codes_;
  const unsigned jobs_;
  const std::size_t d_;
  const std::size_t outputs_;
  const std::size_t columns_;
  const std::size_t blocks_;
  const std::vector<Group> groups_;
  Matrix weighed_;     // E S.
  Matrix norms_;       // (blocks, K): c' H c.
  Matrix transposed_;  // The codebook, (d, K).

  // The present tile.
  std::size_t first_ = 0;
  std::size_t rows_ = 0;
  Matrix own_;       // G of its outputs among themselves.
  Matrix gradient_;  // Its rows of G E S, but for the present group's changes.
  Matrix near_;      // The same of the group's columns, with them.
  Matrix change_;    // Of E, in the group.
  std::vector<float> scores_;
};

}  // namespace

void sweep_codes(const Objective& objective, const Matrix& codebook, Random& random,
                 std::vector<std::uint16_t>& codes, unsigned jobs) {
  Sweep(objective, codebook, random, codes, jobs).run();
}

}  // namespace bitdown::builder
