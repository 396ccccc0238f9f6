// SPDX-License-Identifier: MIT
#include "kernels/convolution/finish_i8.h"

#include <numeric>

#include "aligned.h"

namespace bitdown::kernels {
namespace {

float residual_scale(const Int8ConvolutionArgs& args) {
  return args.residual == nullptr ? 0.0f : args.residual_grid.step / args.y_grid.step;
}

std::uint64_t finishes_bytes(const Int8ConvolutionArgs& args) {
  return align_up(std::uint64_t{args.weights.rows} * sizeof(RowFinish));
}

// The sum of a row's weights; `row`: as decode_row_i8() needs it.
template <typename T>
std::int64_t weight_sum(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                        std::uint32_t which, T* row) {
  decode_row_i8(args.weights, args.prepared, kernel, which, row);
  return std::accumulate(row, row + args.weights.columns, std::int64_t{0});
}

}  // namespace

std::uint64_t row_finishes_bytes(const Int8ConvolutionArgs& args, const Int8Kernel& kernel) {
  const std::uint64_t row = std::uint64_t{args.weights.columns} * element_bytes(kernel);
  return finishes_bytes(args) + (args.x_grid.zero == 0 ? 0 : align_up(row + kCodewordSlack));
}

const RowFinish* prepare_row_finishes(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                                      std::byte* memory) {
  auto* const finishes = reinterpret_cast<RowFinish*>(memory);
  std::byte* const row = memory + finishes_bytes(args);
  for (std::uint32_t r = 0; r < args.weights.rows; ++r) {
    std::int64_t sum = 0;
    if (args.x_grid.zero != 0) {
      sum = element_bytes(kernel) == 1
                ? weight_sum(args, kernel, r, reinterpret_cast<std::int8_t*>(row))
                : weight_sum(args, kernel, r, reinterpret_cast<std::int16_t*>(row));
    }
    finishes[r] =
        row_finish(args, r, args.prepared.step(r), static_cast<float>(args.x_grid.zero * sum));
  }
  return finishes;
}

RowFinish row_finish(const Int8ConvolutionArgs& args, std::uint32_t row, float weight_step,
                     float offset) {
  const float y_step = args.y_grid.step;
  const float scale = args.x_grid.step * weight_step * args.scale[row] / y_step;
  float shift = args.shift[row] / y_step - offset * scale + static_cast<float>(args.y_grid.zero);
  if (args.residual != nullptr) {
    shift -= static_cast<float>(args.residual_grid.zero) * residual_scale(args);
  }
  return {scale, shift};
}

Int8Outputs outputs_from(const Int8ConvolutionArgs& args, std::uint32_t row,
                         std::uint32_t position) {
  Int8Outputs outputs;
  outputs.out_stride = args.window.positions();
  const std::size_t at = std::size_t{row} * outputs.out_stride + position;
  outputs.residual = args.residual == nullptr ? nullptr : args.residual + at;
  outputs.out = args.y + at;
  outputs.row = args.finish == nullptr ? nullptr : args.finish + row;  // Tables have their own.
  outputs.residual_scale = residual_scale(args);
  outputs.floor = args.relu ? static_cast<float>(args.y_grid.zero) : 0.0f;
  return outputs;
}

}  // namespace bitdown::kernels
