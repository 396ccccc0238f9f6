// SPDX-License-Identifier: MIT
#include "quantize/moments.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "quantize/linear_algebra.h"
#include "quantize/positions.h"
#include "quantize/random.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kBatchRows = 4096;

// Sums over rows from which moments follow. The first rows' means are subtracted from all, so that
// little is lost to cancellation.
class Sums {
 public:
  void add(Rows& rows, std::size_t count, unsigned jobs) {
    if (count_ == 0) start(rows, count);
    subtract(rows.inputs, count, input_offset_);
    subtract(rows.targets, count, target_offset_);
    add_gram(rows.inputs, count, gram_, jobs);
    add_transposed_product(rows.targets, rows.inputs, count, target_cross_, jobs);
    add_sums(rows.inputs, count, input_sum_);
    add_sums(rows.targets, count, target_sum_);
    add_squares(rows.targets, count, target_squares_);
    if (rows.residual.columns > 0) {
      add_transposed_product(rows.residual, rows.inputs, count, residual_cross_, jobs);
      add_sums(rows.residual, count, residual_sum_);
    }
    count_ += count;
  }

  Moments finish() && {
    mirror(gram_);
    Moments moments;
    moments.rows = count_;
    moments.mean = means(input_sum_);
    moments.target_mean = means(target_sum_);
    moments.residual_mean = means(residual_sum_);
    moments.covariance = centred(std::move(gram_), moments.mean, moments.mean);
    moments.target_cross = centred(std::move(target_cross_), moments.target_mean, moments.mean);
    moments.residual_cross =
        centred(std::move(residual_cross_), moments.residual_mean, moments.mean);
    for (std::size_t i = 0; i < target_squares_.size(); ++i) {
      const double mean = target_sum_[i] / static_cast<double>(count_);
      const double square = target_squares_[i] / static_cast<double>(count_);
      moments.target_variance.push_back(static_cast<float>(std::max(0.0, square - mean * mean)));
    }
    for (std::size_t i = 0; i < input_offset_.size(); ++i) moments.mean[i] += input_offset_[i];
    for (std::size_t i = 0; i < target_offset_.size(); ++i) {
      moments.target_mean[i] += target_offset_[i];
    }
    return moments;
  }

 private:
  void start(const Rows& rows, std::size_t count) {
    const std::size_t columns = rows.inputs.columns;
    const std::size_t outputs = rows.targets.columns;
    gram_ = Matrix(columns, columns);
    target_cross_ = Matrix(outputs, columns);
    if (rows.residual.columns > 0) residual_cross_ = Matrix(outputs, columns);
    input_sum_.resize(columns);
    target_sum_.resize(outputs);
    target_squares_.resize(outputs);
    residual_sum_.resize(outputs);
    input_offset_ = column_means(rows.inputs, count);
    target_offset_ = column_means(rows.targets, count);
  }

  static std::vector<float> column_means(const Matrix& matrix, std::size_t count) {
    std::vector<double> sums(matrix.columns);
    add_sums(matrix, count, sums);
    std::vector<float> result;
    for (const double sum : sums) {
      result.push_back(static_cast<float>(sum / static_cast<double>(count)));
    }
    return result;
  }

  static void subtract(Matrix& matrix, std::size_t count, const std::vector<float>& offset) {
    for (std::size_t r = 0; r < count; ++r) {
      float* row = matrix.row(r);
      for (std::size_t c = 0; c < matrix.columns; ++c) row[c] -= offset[c];
    }
  }

  static void add_sums(const Matrix& matrix, std::size_t count, std::vector<double>& sums) {
    for (std::size_t r = 0; r < count; ++r) {
      const float* row = matrix.row(r);
      for (std::size_t c = 0; c < matrix.columns; ++c) sums[c] += static_cast<double>(row[c]);
    }
  }

  static void add_squares(const Matrix& matrix, std::size_t count, std::vector<double>& sums) {
    for (std::size_t r = 0; r < count; ++r) {
      const float* row = matrix.row(r);
      for (std::size_t c = 0; c < matrix.columns; ++c) {
        sums[c] += static_cast<double>(row[c]) * static_cast<double>(row[c]);
      }
    }
  }

  std::vector<float> means(const std::vector<double>& sums) const {
    std::vector<float> result;
    for (const double sum : sums) {
      result.push_back(static_cast<float>(sum / static_cast<double>(count_)));
    }
    return result;
  }

  // sums / rows - a b' .
  Matrix centred(Matrix sums, const std::vector<float>& a, const std::vector<float>& b) const {
    const float share = 1.0f / static_cast<float>(count_);
    for (std::size_t r = 0; r < sums.rows; ++r) {
      float* row = sums.row(r);
      for (std::size_t c = 0; c < sums.columns; ++c) row[c] = row[c] * share - a[r] * b[c];
    }
    return sums;
  }

  std::size_t count_ = 0;
  Matrix gram_;
  Matrix target_cross_;
  Matrix residual_cross_;
  std::vector<double> input_sum_;
  std::vector<double> target_sum_;
  std::vector<double> target_squares_;
  std::vector<double> residual_sum_;
  std::vector<float> input_offset_;
  std::vector<float> target_offset_;
};

// The layer alone: what it adds to the residual, before the activation.
std::vector<Node> without_residual(const Graph& graph, std::size_t first, std::size_t node) {
  std::vector<Node> nodes(graph.nodes.begin() + static_cast<std::ptrdiff_t>(first),
                          graph.nodes.begin() + static_cast<std::ptrdiff_t>(node + 1));
  if (auto* convolution = std::get_if<Convolution>(&nodes.back().op)) {
    convolution->relu = false;
    nodes.back().inputs.resize(1);
  }
  return nodes;
}

// One photograph in one view.
struct Sample {
  std::size_t view = 0;
  std::size_t image = 0;
};

class Collector {
 public:
  Collector(const Measurement& m, const std::vector<Features>& features)
      : m_(m),
        features_(features),
        node_(m.teacher.nodes[m.node]),
        window_(window_of(m.teacher, node_)),
        outputs_(m.teacher.values[node_.output].shape[0]),
        has_residual_(node_.inputs.size() > 1),
        teacher_(m.teacher, without_residual(m.teacher, m.first_node, m.node), m.cut,
                 wanted(node_.output), DensePrecision::kFloat32),
        student_(m.student,
                 {m.student.nodes.begin() + static_cast<std::ptrdiff_t>(m.first_node),
                  m.student.nodes.begin() + static_cast<std::ptrdiff_t>(m.node)},
                 m.cut, wanted(node_.inputs[0]), DensePrecision::kFloat16) {}

  Measured collect() {
    const std::vector<Sample> held = samples(true);
    const std::vector<Sample> used = samples(false);
    Measured measured;
    measured.held_out = gather(held, draws(m_.held_rows, held.size()));
    Sums sums;
    const std::size_t draw = draws(m_.rows, used.size());
    const std::size_t batch = std::max<std::size_t>(1, kBatchRows / draw);
    for (std::size_t first = 0; first < used.size(); first += batch) {
      const auto from = used.begin() + static_cast<std::ptrdiff_t>(first);
      const std::size_t count = std::min(batch, used.size() - first);
      Rows rows = gather({from, from + static_cast<std::ptrdiff_t>(count)}, draw);
      sums.add(rows, count * draw, m_.jobs);
    }
    measured.moments = std::move(sums).finish();
    return measured;
  }

 private:
  std::vector<ValueId> wanted(ValueId first) const {
    std::vector<ValueId> ids = {first};
    if (has_residual_) ids.push_back(node_.inputs[1]);
    return ids;
  }

  // Neighbouring positions say nearly the same, so rather more images than more positions: of early
  // layers' images some are enough.
  std::vector<Sample> samples(bool held) const {
    std::vector<Sample> all;
    for (std::size_t view = 0; view < features_.size(); ++view) {
      for (std::size_t image = 0; image < features_[view].count(); ++image) {
        if ((image % kHoldOut == kHoldOut - 1) == held) all.push_back({view, image});
      }
    }
    const std::size_t apart = std::max<std::size_t>(1, window_.positions() / kSpread);
    const std::size_t enough = ((held ? m_.held_rows : m_.rows) + apart - 1) / apart;
    if (all.size() > enough) {
      Random random(m_.seed, 2 * m_.node + (held ? 1 : 0));
      random.shuffle(std::span(all), enough);
      all.resize(enough);
    }
    return all;
  }

  std::size_t draws(std::size_t rows, std::size_t sample_count) const {
    if (sample_count == 0) return 1;
    return std::clamp<std::size_t>(rows / sample_count, 1, window_.positions());
  }

  // `draw` rows of each sample.
  Rows gather(const std::vector<Sample>& list, std::size_t draw) {
    Rows rows;
    rows.inputs = Matrix(list.size() * draw, window_.columns());
    rows.targets = Matrix(list.size() * draw, outputs_);
    if (has_residual_) rows.residual = Matrix(list.size() * draw, outputs_);
    in_parallel(list.size(), m_.jobs,
                [&](std::size_t i) { gather_sample(list[i], i * draw, draw, rows); });
    return rows;
  }

  void gather_sample(const Sample& sample, std::size_t first, std::size_t draw, Rows& rows) {
    const Features& features = features_[sample.view];
    std::vector<float> student_cut(features.elements());
    std::vector<float> teacher_cut(features.elements());
    features.unpack(sample.image, student_cut, teacher_cut);
    const Segment::Loan student(student_);
    const Segment::Loan teacher(teacher_);
    student->run(student_cut);
    teacher->run(teacher_cut);
    std::vector<std::size_t> positions(window_.positions());
    std::iota(positions.begin(), positions.end(), std::size_t{0});
    Random random(m_.seed + 1, (m_.node * 2 + sample.view) << 32 | sample.image);
    random.shuffle(std::span(positions), draw);
    for (std::size_t i = 0; i < draw; ++i) {
      gather_row(window_, student->value(0), positions[i], rows.inputs.row(first + i));
      gather_channels(teacher->value(0), positions[i], rows.targets.row(first + i));
      if (!has_residual_) continue;
      float* residual = rows.residual.row(first + i);
      gather_channels(teacher->value(1), positions[i], residual);
      const std::span<const float> own = student->value(1);
      for (std::size_t o = 0; o < outputs_; ++o) {
        residual[o] -= own[o * window_.positions() + positions[i]];
      }
    }
  }

  void gather_channels(std::span<const float> value, std::size_t position, float* row) const {
    for (std::size_t o = 0; o < outputs_; ++o) row[o] = value[o * window_.positions() + position];
  }

  static constexpr std::size_t kSpread = 8;

  const Measurement& m_;
  const std::vector<Features>& features_;
  const Node& node_;
  const Window window_;
  const std::size_t outputs_;
  const bool has_residual_;
  Segment teacher_;
  Segment student_;
};

}  // namespace

Measured measure(const Measurement& measurement, const std::vector<Features>& features) {
  return Collector(measurement, features).collect();
}

}  // namespace bitdown::builder
