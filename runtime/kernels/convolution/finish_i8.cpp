// SPDX-License-Identifier: MIT
#include "kernels/convolution/finish_i8.h"

namespace bitdown::kernels {
namespace {

float residual_scale(const Int8ConvolutionArgs& args) {
  return args.residual == nullptr ? 0.0f : args.residual_grid.step / args.y_grid.step;
}

}  // namespace

RowFinish row_finish(const Int8ConvolutionArgs& args, std::uint32_t row, float weight_step,
                     std::int64_t weight_sum) {
  const float y_step = args.y_grid.step;
  const float scale = args.x_grid.step * weight_step * args.scale[row] / y_step;
  const auto offset =
      args.x_grid.zero == 0 ? 0.0f : static_cast<float>(args.x_grid.zero * weight_sum);
  float shift = args.shift[row] / y_step - offset * scale + static_cast<float>(args.y_grid.zero);
  if (args.residual != nullptr) {
    shift -= static_cast<float>(args.residual_grid.zero) * residual_scale(args);
  }
  return {scale, shift};
}

Int8FinishArgs make_finish(const Int8ConvolutionArgs& args, std::uint32_t row,
                           std::uint32_t position) {
  Int8FinishArgs finish;
  finish.out_stride = args.window.positions();
  const std::size_t at = std::size_t{row} * finish.out_stride + position;
  finish.residual = args.residual == nullptr ? nullptr : args.residual + at;
  finish.out = args.y + at;
  finish.residual_scale = residual_scale(args);
  finish.floor = args.relu ? static_cast<float>(args.y_grid.zero) : 0.0f;
  return finish;
}

}  // namespace bitdown::kernels
