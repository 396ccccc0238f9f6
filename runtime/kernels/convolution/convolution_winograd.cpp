// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_winograd.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "kernels/convolution/blocking.h"
#include "kernels/half/half.h"

namespace bitdown::kernels {
namespace {

constexpr std::uint32_t kKernelSize = 9;
constexpr std::uint64_t kBlockBytes = 512 * 1024;  // Of transformed inputs.
constexpr std::uint32_t kTileStep = 4;             // Tiles that outputs() rounds up to.

// The walk over one share: blocks of rows of tiles; per block, inputs are transformed, then rows of
// weights multiplied and finished, a kernel's at a time.
class Walk {
 public:
  Walk(const ConvolutionArgs& args, const float* codebook, const WinogradKernel& winograd,
       const GemmKernel& gemm, std::byte* scratch)
      : args_(args),
        window_(args.window),
        blocking_(winograd_blocking(args.window, winograd)),
        codebook_(codebook),
        winograd_(winograd),
        gemm_(gemm),
        scratch_(scratch) {}

  void run(Share share) {
    const OutputRange range = winograd_range(args_.weights.rows, blocking_, winograd_, share);
    if (range.rows == 0) return;
    const std::uint32_t end = range.position + range.positions;
    for (first_ = range.position; first_ < end; first_ += blocking_.block_rows) {
      tile_rows_ = std::min(blocking_.block_rows, end - first_);
      transform_inputs();
      for (std::uint32_t r = 0; r < range.rows; r += winograd_.rows) {
        multiply(range.row + r, std::min(winograd_.rows, range.rows - r));
      }
    }
  }

 private:
  float* at(std::uint64_t offset) const { return reinterpret_cast<float*>(scratch_ + offset); }
  std::uint32_t tiles() const { return tile_rows_ * blocking_.tile_columns; }
  std::size_t m_stride() const {
    return std::size_t{divide_up(tiles(), winograd_.tiles) * winograd_.tiles + kTileStep} *
           kWinogradNumbers;
  }

  // The block's inputs of each channel in lines with their padding, which stays 0, and from there.
  void transform_inputs() {
    const std::size_t stride = 2 * std::size_t{blocking_.tile_columns} + 2;
    const std::size_t count = 2 * std::size_t{tile_rows_} + 2;
    float* const lines = at(blocking_.lines);
    std::fill(lines, lines + count * stride, 0.0f);
    const auto top = std::int64_t{2} * first_ - window_.padding_h;
    const auto [begin, end] = inside(top, 1, window_.height, static_cast<std::int64_t>(count));
    WinogradInputs inputs;
    inputs.lines = lines;
    inputs.line_stride = stride;
    inputs.tile_rows = tile_rows_;
    inputs.tile_columns = blocking_.tile_columns;
    inputs.v = at(blocking_.v);
    const std::size_t channel_stride = std::size_t{winograd_.tiles} * winograd_.lanes;
    inputs.pass_stride = channel_stride * window_.channels;
    inputs.strip_stride = inputs.pass_stride * (kWinogradNumbers / winograd_.lanes);
    for (std::uint32_t c = 0; c < window_.channels; ++c, inputs.v += channel_stride) {
      const float* const plane = args_.x + c * window_.plane();
      for (std::int64_t i = begin; i < end; ++i) {
        std::memcpy(lines + static_cast<std::size_t>(i) * stride + window_.padding_w,
                    plane + static_cast<std::size_t>(top + i) * window_.width,
                    window_.width * sizeof(float));
      }
      winograd_.inputs(inputs);
    }
  }

  void multiply(std::uint32_t row, std::uint32_t rows) {
    const CodedWeights& codes = args_.weights.codes;
    WinogradProduct product;
    product.blocks = args_.weights.columns / codes.block_size;
    product.codes = codes.codes + std::size_t{row} * product.blocks;
    product.rows = rows;
    product.codebook = codebook_;
    product.entries = codes.entries;
    product.kernels = codes.block_size / kKernelSize;
    product.v = at(blocking_.v);
    product.tiles = tiles();
    product.m = at(blocking_.m);
    product.m_stride = m_stride();
    winograd_.product(product);
    for (std::uint32_t r = 0; r < rows; ++r) finish(row + r, product.m + r * product.m_stride);
  }

  // Turns a row's M into outputs, a line after the other without gaps, and these into y.
  void finish(std::uint32_t row, const float* m) {
    const std::uint32_t first_line = 2 * first_;
    const std::uint32_t lines = std::min(2 * tile_rows_, window_.out_height - first_line);
    float* const outputs = at(blocking_.outputs);
    WinogradOutputs pair;
    pair.tiles = blocking_.tile_columns;
    pair.upper = at(blocking_.pair);
    pair.lower = pair.upper + std::size_t{divide_up(pair.tiles, kTileStep)} * 2 * kTileStep;
    for (std::uint32_t line = 0; line < lines; line += 2) {
      pair.m = m + std::size_t{line / 2} * pair.tiles * kWinogradNumbers;
      winograd_.outputs(pair);
      float* const out = outputs + std::size_t{line} * window_.out_width;
      std::memcpy(out, pair.upper, window_.out_width * sizeof(float));
      if (line + 1 == lines) break;
      std::memcpy(out + window_.out_width, pair.lower, window_.out_width * sizeof(float));
    }
    const std::size_t at =
        std::size_t{row} * window_.positions() + std::size_t{first_line} * window_.out_width;
    FinishArgs finish;
    finish.c = outputs;
    finish.residual = args_.residual == nullptr ? nullptr : args_.residual + at;
    finish.out = args_.y + at;
    finish.positions = lines * window_.out_width;
    finish.scale = args_.scale[row];
    finish.shift = args_.shift[row];
    finish.floor = args_.relu ? 0.0f : -std::numeric_limits<float>::infinity();
    gemm_.finish(finish);
  }

  const ConvolutionArgs& args_;
  const Window& window_;
  const WinogradBlocking blocking_;
  const float* const codebook_;
  const WinogradKernel& winograd_;
  const GemmKernel& gemm_;
  std::byte* const scratch_;
  std::uint32_t first_ = 0;  // Row of tiles of the block.
  std::uint32_t tile_rows_ = 0;
};

// u = G g G^T
void transform_kernel(const double* g, float* u) {
  double rows[4][3];
  for (std::uint32_t x = 0; x < 3; ++x) {
    const double even = (g[x] + g[6 + x]) / 2;
    const double odd = g[3 + x] / 2;
    const double column[4] = {g[x], even + odd, even - odd, g[6 + x]};
    for (std::uint32_t i = 0; i < 4; ++i) rows[i][x] = column[i];
  }
  for (std::uint32_t i = 0; i < 4; ++i, u += 4) {
    const double even = (rows[i][0] + rows[i][2]) / 2;
    const double odd = rows[i][1] / 2;
    const double row[4] = {rows[i][0], even + odd, even - odd, rows[i][2]};
    for (std::uint32_t j = 0; j < 4; ++j) u[j] = static_cast<float>(row[j]);
  }
}

}  // namespace

bool can_use_winograd(const WeightMatrix& weights, const Window& window) {
  return weights.coded && weights.codes.high_bit_count == 0 &&
         weights.codes.block_size % kKernelSize == 0 && window.kernel_h == 3 &&
         window.kernel_w == 3 && window.stride_h == 1 && window.stride_w == 1;
}

std::uint64_t winograd_codebook_bytes(const WeightMatrix& weights) {
  return std::uint64_t{weights.codes.entries} * (weights.codes.block_size / kKernelSize) *
         kWinogradNumbers * sizeof(float);
}

const float* prepare_winograd_codebook(const WeightMatrix& weights, const WinogradKernel& kernel,
                                       std::byte* memory) {
  auto* const codebook = reinterpret_cast<float*>(memory);
  const std::size_t kernels =
      std::size_t{weights.codes.entries} * (weights.codes.block_size / kKernelSize);
  for (std::size_t i = 0; i < kernels; ++i) {
    double g[kKernelSize];
    float u[kWinogradNumbers];
    for (std::uint32_t e = 0; e < kKernelSize; ++e) {
      g[e] = static_cast<double>(half_to_float(weights.codes.codebook[i * kKernelSize + e]));
    }
    transform_kernel(g, u);
    for (std::uint32_t pass = 0; pass < kWinogradNumbers / kernel.lanes; ++pass) {
      std::copy_n(u + pass * kernel.lanes, kernel.lanes,
                  codebook + (pass * kernels + i) * kernel.lanes);
    }
  }
  return codebook;
}

WinogradBlocking winograd_blocking(const Window& window, const WinogradKernel& kernel) {
  WinogradBlocking b;
  b.tile_rows = divide_up(window.out_height, 2);
  b.tile_columns = divide_up(window.out_width, 2);
  const std::uint64_t tile_bytes =
      std::uint64_t{window.channels} * kWinogradNumbers * sizeof(float);
  const std::uint64_t fitting = kBlockBytes / (tile_bytes * b.tile_columns);
  b.block_rows = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(fitting, 1, b.tile_rows));
  const auto take = [&b](std::uint64_t bytes) {
    const std::uint64_t begin = b.total;
    b.total = align_up(begin + bytes);
    return begin;
  };
  const std::uint64_t tiles =
      std::uint64_t{divide_up(b.block_rows * b.tile_columns, kernel.tiles)} * kernel.tiles;
  const std::uint64_t pair = std::uint64_t{divide_up(b.tile_columns, kTileStep)} * 4 * kTileStep;
  b.v = take(tiles * tile_bytes);
  b.lines = take((2 * std::uint64_t{b.block_rows} + 2) * (2 * std::uint64_t{b.tile_columns} + 2) *
                 sizeof(float));
  b.m = take((tiles + kTileStep) * kernel.rows * kWinogradNumbers * sizeof(float));
  b.pair = take(pair * sizeof(float));
  b.outputs = take(2 * std::uint64_t{b.block_rows} * window.out_width * sizeof(float));
  return b;
}

OutputRange winograd_range(std::uint32_t rows, const WinogradBlocking& blocking,
                           const WinogradKernel& kernel, Share share) {
  return table_range(rows, blocking.tile_rows, 1, share, kernel.rows);
}

void convolution_winograd(const ConvolutionArgs& args, const float* codebook,
                          const WinogradKernel& winograd, const GemmKernel& gemm,
                          std::byte* scratch, Share share) {
  Walk(args, codebook, winograd, gemm, scratch).run(share);
}

}  // namespace bitdown::kernels
