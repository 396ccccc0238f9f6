// SPDX-License-Identifier: MIT
#include "quantize/moments.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "quantize/positions.h"
#include "quantize/random.h"
#include "quantize/sums.h"
#include "workers/workers.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kBatchRows = 4096;

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
