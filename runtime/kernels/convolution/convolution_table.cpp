// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_table.h"

#include <algorithm>

#include "aligned.h"
#include "kernels/convolution/blocking.h"
#include "kernels/convolution/finish_i8.h"

namespace bitdown::kernels {
namespace {

constexpr std::uint32_t kLineBytes = 128 * 1024;  // Of gathered inputs, unless two tiles need more.

// Where the parts of a layer lie in scratch (byte offsets, 64-byte aligned).
struct Plan {
  std::uint32_t blocks = 0;  // Of a row.
  std::uint32_t span = 0;    // Positions whose inputs are gathered at a time: whole tiles.
  std::uint64_t flags = 0, lists = 0, counts = 0, lines = 0, table = 0, sums = 0;
  std::uint64_t total = 0;
};

Plan make_plan(const Int8ConvolutionArgs& args, const TableKernel& table) {
  const WeightMatrix& weights = args.weights;
  const std::uint32_t d = weights.codes.block_size;
  Plan plan;
  const auto take = [&plan](std::uint64_t bytes) {
    const std::uint64_t begin = plan.total;
    plan.total = align_up(begin + bytes);
    return begin;
  };
  plan.blocks = weights.columns / d;
  const std::uint32_t tiles = divide_up(args.window.positions(), table.tile);
  plan.span = std::min(tiles, std::max(kLineBytes / weights.columns / table.tile, 2u)) * table.tile;
  plan.flags = take(std::uint64_t{kTableBlocks} * kTableRows);
  plan.lists = take(std::uint64_t{plan.blocks} * kTableRows);
  plan.counts = take(std::uint64_t{plan.blocks} * sizeof(std::uint32_t));
  plan.lines = take(args.window.pointwise() ? 0 : std::uint64_t{weights.columns} * plan.span);
  plan.table = take(std::uint64_t{kTableBlocks} * kTableRows * table.tile * sizeof(std::int16_t));
  plan.sums = take(std::uint64_t{weights.rows} * table.tile * sizeof(std::int32_t));
  return plan;
}

// The walk over one share: tiles of positions; per tile, eight blocks at a time, build and add.
class Walk {
 public:
  Walk(const Int8ConvolutionArgs& args, const TableWeights& weights, const TableKernel& table,
       const Int8Kernel& int8, const OutputRange& range, std::byte* scratch)
      : args_(args),
        weights_(weights),
        plan_(make_plan(args, table)),
        table_(table),
        int8_(int8),
        range_(range),
        scratch_(scratch) {}

  void run() {
    if (range_.rows == 0 || range_.positions == 0) return;
    list_codes();
    const std::uint32_t end = range_.position + range_.positions;
    for (std::uint32_t first = range_.position; first < end; first += plan_.span) {
      const std::uint32_t positions = std::min(plan_.span, end - first);
      gather(first, positions);
      for (std::uint32_t p = 0; p < positions; p += table_.tile) {
        const std::uint32_t count = std::min(table_.tile, positions - p);
        add_up(lines_ + p, count);
        finish(first + p, count);
      }
    }
  }

 private:
  template <typename T>
  T* at(std::uint64_t offset) const {
    return reinterpret_cast<T*>(scratch_ + offset);
  }
  const std::uint8_t* codes(std::uint32_t row, std::uint32_t block) const {
    return args_.weights.codes.codes + std::size_t{row} * plan_.blocks + block;
  }

  // The codes that occur in each block's column.
  void list_codes() {
    const std::uint32_t entries = args_.weights.codes.entries;
    const bool all = table_builds_all(range_.rows, entries);
    auto* const flags = at<std::uint8_t>(plan_.flags);
    for (std::uint32_t first = 0; first < plan_.blocks; first += kTableBlocks) {
      const std::uint32_t blocks = std::min(kTableBlocks, plan_.blocks - first);
      std::fill(flags, flags + kTableBlocks * kTableRows, std::uint8_t{all});
      for (std::uint32_t r = 0; !all && r < range_.rows; ++r) {
        const std::uint8_t* const code = codes(range_.row + r, first);
        for (std::uint32_t b = 0; b < blocks; ++b) flags[b * kTableRows + code[b]] = 1;
      }
      for (std::uint32_t b = 0; b < blocks; ++b) {
        auto* const list = at<std::uint8_t>(plan_.lists) + std::size_t{first + b} * kTableRows;
        std::uint32_t count = 0;
        for (std::uint32_t c = 0; c < entries; ++c) {
          list[count] = static_cast<std::uint8_t>(c);
          count += flags[b * kTableRows + c];
        }
        at<std::uint32_t>(plan_.counts)[first + b] = count;
      }
    }
  }

  // Sets lines_ to the inputs of `positions` from `first` on, a line for each column of the
  // weights.
  void gather(std::uint32_t first, std::uint32_t positions) {
    if (args_.window.pointwise()) {
      lines_ = args_.x + first;
      line_stride_ = args_.window.plane();
      return;
    }
    auto* const lines = at<std::uint8_t>(plan_.lines);
    const auto zero = static_cast<std::uint8_t>(args_.x_grid.zero);
    for (std::uint32_t k = 0; k < args_.weights.columns; ++k) {
      std::uint8_t* const line = lines + std::size_t{k} * plan_.span;
      const std::uint8_t* const source =
          im2col_line(args_.window, args_.x, k, first, positions, zero, line);
      if (source != line) std::copy(source, source + positions, line);
    }
    lines_ = lines;
    line_stride_ = plan_.span;
  }

  void add_up(const std::uint8_t* lines, std::uint32_t positions) {
    const std::uint32_t d = args_.weights.codes.block_size;
    const std::size_t table_size = std::size_t{kTableRows} * table_.tile;
    for (std::uint32_t first = 0; first < plan_.blocks; first += kTableBlocks) {
      const std::uint32_t blocks = std::min(kTableBlocks, plan_.blocks - first);
      for (std::uint32_t b = 0; b < blocks; ++b) {
        TableBuildArgs build;
        build.lines = lines + std::size_t{first + b} * d * line_stride_;
        build.line_stride = line_stride_;
        build.block_size = d;
        build.positions = positions;
        build.codebook = weights_.codebook;
        build.shifts = weights_.shifts;
        build.codes = at<std::uint8_t>(plan_.lists) + std::size_t{first + b} * kTableRows;
        build.count = at<std::uint32_t>(plan_.counts)[first + b];
        build.table = at<std::int16_t>(plan_.table) + b * table_size;
        table_.build(build);
      }
      TableAddArgs add;
      add.codes = codes(range_.row, first);
      add.code_stride = plan_.blocks;
      add.rows = range_.rows;
      add.blocks = blocks;
      add.table = at<std::int16_t>(plan_.table);
      add.sums = at<std::int32_t>(plan_.sums);
      add.positions = positions;
      add.first = first == 0;
      table_.add(add);
    }
  }

  void finish(std::uint32_t first, std::uint32_t positions) {
    Int8FinishArgs finish{outputs_from(args_, range_.row, first)};
    finish.c = at<std::int32_t>(plan_.sums);
    finish.c_stride = table_.tile;
    finish.rows = range_.rows;
    finish.positions = positions;
    finish.row = weights_.finish + range_.row;
    int8_.finish(finish);
  }

  const Int8ConvolutionArgs& args_;
  const TableWeights& weights_;
  const Plan plan_;
  const TableKernel& table_;
  const Int8Kernel& int8_;
  const OutputRange range_;
  std::byte* const scratch_;
  const std::uint8_t* lines_ = nullptr;
  std::size_t line_stride_ = 0;
};

}  // namespace

bool table_builds_all(std::uint32_t rows, std::uint32_t entries) {
  return rows >= 2 * entries;
}

bool can_use_table(const WeightMatrix& weights) {
  return weights.coded && weights.codes.high_bit_count == 0 &&
         weights.codes.entries <= kTableRows && weights.codes.block_size <= kTableMaxBlock;
}

std::uint64_t convolution_table_scratch(const Int8ConvolutionArgs& args, const TableKernel& table) {
  return make_plan(args, table).total;
}

void convolution_table(const Int8ConvolutionArgs& args, const TableWeights& weights,
                       const TableKernel& table, const Int8Kernel& int8, std::byte* scratch,
                       Share share) {
  const OutputRange range =
      table_range(args.weights.rows, args.window.positions(), table.tile, share);
  Walk(args, weights, table, int8, range, scratch).run();
}

}  // namespace bitdown::kernels
