// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_i8.h"

#include <algorithm>

#include "kernels/convolution/coded_i8.h"
#include "kernels/convolution/driver.h"
#include "kernels/convolution/finish_i8.h"
#include "kernels/convolution/inputs_i8.h"

namespace bitdown::kernels {
namespace {

Blocking blocking_of(const Int8ConvolutionArgs& args, std::uint32_t positions,
                     const Int8Kernel& kernel) {
  Blocking blocking = make_blocking(args.weights, positions, kernel, true);
  take_inputs_i8(args, kernel, blocking);
  take_coded_i8(args, kernel, blocking);
  return blocking;
}

// Panels have all columns: a group of rows is decoded once a block.
template <typename T>
struct Int8Family {
  using Block = ConvolutionBlock<Int8ConvolutionArgs, Int8Kernel>;

  static void pack(const Block& block) {
    pack_inputs_i8(block.args, block.kernel, block.blocking, block.scratch,
                   {block.first, block.positions});
  }

  static void accumulate(const Block& block, const PanelArgs& product, std::uint32_t p) {
    const std::uint32_t few = block.kernel.few_of(block.positions);
    const std::uint32_t first = block.positions - few;  // Of those that few() takes.
    PanelArgs wide = product;
    if (p + product.positions > first) wide.positions = first - std::min(p, first);
    if (wide.positions > 0) block.kernel.accumulate(wide);
    if (wide.positions == product.positions) return;
    Int8FewArgs args;
    args.a = product.a;
    args.a_stride = product.a_stride;
    args.b = block.at<std::byte>(block.blocking.few);
    args.b_stride = product.depth;
    args.c = static_cast<std::int32_t*>(product.c) + wide.positions;
    args.c_stride = product.c_stride;
    args.rows = product.rows;
    args.depth = product.depth;
    args.positions = few;
    block.kernel.few(args);
  }

  static const void* panel(const Block& block, const WeightRange& range, std::size_t& stride) {
    const WeightsI8& prepared = block.args.prepared;
    stride = block.blocking.panel_stride;
    if (prepared.rows != nullptr) {
      return prepared.rows + range.row * stride * block.kernel.word_bytes;
    }
    T* const panel = block.at<T>(block.blocking.panel);
    for (std::uint32_t r = 0; r < range.rows; ++r) {
      T* const row = panel + r * stride * block.kernel.word_k;
      decode_row_i8(block.args.weights, prepared, block.kernel, range.row + r, row);
      std::fill(row + range.columns, row + stride * block.kernel.word_k, T{0});
    }
    block.clear_unused_rows(range.rows);
    return panel;
  }

  static void finish(const Block& block, std::uint32_t row, std::uint32_t rows, std::uint32_t p,
                     std::uint32_t positions) {
    Int8FinishArgs finish{outputs_from(block.args, row, block.first + p)};
    finish.c = reinterpret_cast<const std::int32_t*>(block.sums(p));
    finish.c_stride = block.blocking.sums_stride;
    finish.rows = rows;
    finish.positions = positions;
    block.kernel.finish(finish);
  }
};

template <typename T>
void run(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, const OutputRange& range,
         const Blocking& blocking, std::byte* scratch) {
  ConvolutionDriver<Int8Family<T>, Int8ConvolutionArgs, Int8Kernel>::run(args, kernel, range,
                                                                         blocking, scratch);
}

}  // namespace

std::uint64_t convolution_i8_scratch(const Int8ConvolutionArgs& args, const Int8Kernel& kernel) {
  return blocking_of(args, args.window.positions(), kernel).total;
}

void convolution_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, std::byte* scratch,
                    Share share) {
  const OutputRange range = output_range(args.weights.rows, args.window.positions(), kernel, share);
  const Blocking blocking = blocking_of(args, range.positions, kernel);
  if (can_multiply_coded_i8(args, kernel, range)) {
    multiply_coded_i8(args, kernel, range, blocking, scratch);
  } else if (kernel.word_bytes == kernel.word_k) {
    run<std::int8_t>(args, kernel, range, blocking, scratch);
  } else {
    run<std::int16_t>(args, kernel, range, blocking, scratch);
  }
}

}  // namespace bitdown::kernels
