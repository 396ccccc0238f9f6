// SPDX-License-Identifier: MIT
#if defined(BITDOWN_WITH_XNNPACK)

#include "ops/xnnpack_convolution.h"

#include <xnnpack.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "aligned.h"
#include "kernels/convolution/blocking.h"
#include "kernels/weights/weights.h"
#include "ops/registry.h"

namespace bitdown {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// (rows, columns) to (columns, rows).
void transpose(const float* from, std::size_t rows, std::size_t columns, float* to) {
  constexpr std::size_t kTile = 16;  // Both sides of a tile stay in cache.
  for (std::size_t r0 = 0; r0 < rows; r0 += kTile) {
    for (std::size_t c0 = 0; c0 < columns; c0 += kTile) {
      for (std::size_t r = r0; r < std::min(rows, r0 + kTile); ++r) {
        for (std::size_t c = c0; c < std::min(columns, c0 + kTile); ++c) {
          to[c * rows + r] = from[r * columns + c];
        }
      }
    }
  }
}

std::size_t x_elements(const XnnpackConvolutionStep& step) {
  return step.args.window.channels * step.args.window.plane();
}

std::size_t y_elements(const XnnpackConvolutionStep& step) {
  return std::size_t{step.args.weights.rows} * step.args.window.positions();
}

// Where XNNPACK reads and writes: the values themselves, or their interleaved copies in scratch.
struct Ends {
  float* x;
  float* y;
};

Ends ends(const XnnpackConvolutionStep& step, std::byte* scratch) {
  Ends result = {const_cast<float*>(step.args.x), step.args.y};
  if (step.x_layout == Layout::kPlanar) {
    result.x = reinterpret_cast<float*>(scratch);
    scratch += align_up(x_elements(step) * sizeof(float) + XNN_EXTRA_BYTES);
  }
  if (step.y_layout == Layout::kPlanar) result.y = reinterpret_cast<float*>(scratch);
  return result;
}

// Weights as XNNPACK wants them, (rows, kernel_h, kernel_w, channels), with the scale folded in,
// followed by the shift.
AlignedBuffer fold_weights(const kernels::ConvolutionArgs& args) {
  const kernels::WeightMatrix& weights = args.weights;
  const std::size_t columns = weights.columns;
  const std::size_t taps = std::size_t{args.window.kernel_h} * args.window.kernel_w;
  AlignedBuffer folded((weights.rows * columns + weights.rows + columns) * sizeof(float));
  if (!folded.allocated()) return folded;
  auto* const kernel = reinterpret_cast<float*>(folded.span().data());
  float* const bias = kernel + weights.rows * columns;
  float* const row = bias + weights.rows;
  for (std::uint32_t o = 0; o < weights.rows; ++o) {
    kernels::read_weights(weights, nullptr, {o, 1, 0, weights.columns}, row, columns);
    const float scale = args.scale[o];
    for (std::size_t i = 0; i < columns; ++i) row[i] *= scale;
    transpose(row, args.window.channels, taps, kernel + o * columns);
    bias[o] = args.shift[o];
  }
  return folded;
}

Status create_operator(XnnpackConvolutionStep& step, std::byte* scratch) {
  if (xnn_initialize(nullptr) != xnn_status_success) {
    return Status(StatusCode::kUnsupported, "XNNPACK does not support this CPU");
  }
  const AlignedBuffer folded = fold_weights(step.args);
  if (!folded.allocated()) return Status(StatusCode::kOutOfMemory, "no memory to fold weights");
  const kernels::Window& w = step.args.window;
  const auto* const kernel = reinterpret_cast<const float*>(folded.span().data());
  const std::uint32_t rows = step.args.weights.rows;
  const float* const bias = kernel + std::size_t{rows} * step.args.weights.columns;
  const bool clamp = step.args.relu && step.args.residual == nullptr;
  xnn_status status = xnn_create_convolution2d_nhwc_f32(
      w.padding_h, w.padding_w, w.padding_h, w.padding_w, w.kernel_h, w.kernel_w, w.stride_h,
      w.stride_w, 1, 1, 1, w.channels, rows, w.channels, rows, kernel, bias,
      clamp ? 0.0f : -kInfinity, kInfinity, 0, &step.op);
  if (status == xnn_status_success) {
    const Ends at = ends(step, scratch);
    status =
        xnn_setup_convolution2d_nhwc_f32(step.op, 1, w.height, w.width, at.x, at.y, step.threads);
  }
  if (status == xnn_status_out_of_memory) {
    return Status(StatusCode::kOutOfMemory, "no memory for XNNPACK's weights");
  }
  if (status != xnn_status_success) {
    return Status(StatusCode::kUnsupported, "XNNPACK refuses this convolution");
  }
  return {};
}

}  // namespace

XnnpackConvolutionStep::XnnpackConvolutionStep(XnnpackConvolutionStep&& other) noexcept
    : args(other.args),
      x_layout(other.x_layout),
      y_layout(other.y_layout),
      op(std::exchange(other.op, nullptr)),
      threads(other.threads) {}

XnnpackConvolutionStep& XnnpackConvolutionStep::operator=(XnnpackConvolutionStep&& other) noexcept {
  args = other.args;
  x_layout = other.x_layout;
  y_layout = other.y_layout;
  std::swap(op, other.op);
  threads = other.threads;
  return *this;
}

XnnpackConvolutionStep::~XnnpackConvolutionStep() {
  if (op != nullptr) xnn_delete_operator(op);
}

Result<Step> plan_xnnpack_convolution(const PlanContext& context, const schema::Operator& op,
                                      const kernels::ConvolutionArgs& args) {
  XnnpackConvolutionStep step;
  step.args = args;
  step.threads = context.xnnpack_threads;
  step.x_layout = context.values.layouts[op.inputs()->Get(0)];
  step.y_layout = context.values.layouts[op.outputs()->Get(0)];
  // One position or one channel lies the same in both layouts.
  if (args.window.plane() == 1 || args.window.channels == 1) step.x_layout = Layout::kInterleaved;
  if (args.window.positions() == 1) step.y_layout = Layout::kInterleaved;
  if (context.activations != nullptr) {
    BITDOWN_RETURN_IF_ERROR(create_operator(step, context.scratch));
  }
  return Step(std::move(step));
}

std::uint64_t scratch_bytes(const XnnpackConvolutionStep& step) {
  std::uint64_t bytes = 0;
  if (step.x_layout == Layout::kPlanar) {
    bytes += align_up(x_elements(step) * sizeof(float) + XNN_EXTRA_BYTES);
  }
  if (step.y_layout == Layout::kPlanar) bytes += y_elements(step) * sizeof(float);
  return bytes;
}

const char* algorithm(const XnnpackConvolutionStep&) {
  return "XNNPACK";
}

std::uint64_t macs(const XnnpackConvolutionStep& step) {
  return kernels::convolution_macs(step.args.weights, step.args.window);
}

void run(const XnnpackConvolutionStep& step, const Workspace& workspace) {
  const kernels::ConvolutionArgs& args = step.args;
  const Ends at = ends(step, workspace.scratch);
  if (at.x != args.x) transpose(args.x, args.window.channels, args.window.plane(), at.x);
  xnn_run_operator(step.op, step.threads);
  if (at.y != args.y) transpose(at.y, args.window.positions(), args.weights.rows, args.y);
  if (args.residual == nullptr) return;
  const float floor = args.relu ? 0.0f : -kInfinity;
  const std::size_t count = y_elements(step);
  for (std::size_t i = 0; i < count; ++i) {
    args.y[i] = std::max(args.y[i] + args.residual[i], floor);
  }
}

}  // namespace bitdown

#endif  // BITDOWN_WITH_XNNPACK
