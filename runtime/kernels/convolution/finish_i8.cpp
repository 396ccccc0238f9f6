// SPDX-License-Identifier: MIT
#include "kernels/convolution/finish_i8.h"

namespace bitdown::kernels {

Int8FinishArgs make_finish(const Int8ConvolutionArgs& args, std::uint32_t row, float weight_step,
                           std::int64_t weight_sum) {
  Int8FinishArgs finish;
  const float y_step = args.y_grid.step;
  finish.scale = args.x_grid.step * weight_step * args.scale[row] / y_step;
  const auto offset =
      args.x_grid.zero == 0 ? 0.0f : static_cast<float>(args.x_grid.zero * weight_sum);
  finish.shift =
      args.shift[row] / y_step - offset * finish.scale + static_cast<float>(args.y_grid.zero);
  if (args.residual != nullptr) {
    finish.residual_scale = args.residual_grid.step / y_step;
    finish.shift -= static_cast<float>(args.residual_grid.zero) * finish.residual_scale;
  }
  finish.floor = args.relu ? static_cast<float>(args.y_grid.zero) : 0.0f;
  return finish;
}

}  // namespace bitdown::kernels
