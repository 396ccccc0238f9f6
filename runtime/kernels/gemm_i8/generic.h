// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>

#include "kernels/gemm_i8/codewords.h"
#include "kernels/gemm_i8/few.h"
#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/panel/generic.h"

// The algorithm of gemm_i8.h over the operations of a kernels/simd integer type. Included by ISA
// files only; everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

/// Simds that finish fewer than kFinishLanes sums without touching others.
template <typename Simd>
concept FinishesSome = requires(const typename Simd::Epilogue& epilogue, std::uint8_t* out) {
  Simd::finish_some(epilogue, nullptr, nullptr, out, std::uint32_t{});
};

/// The last `count` positions of a row; others go through a local copy, since rows end anywhere.
template <typename Simd>
void finish_tail(const typename Simd::Epilogue& epilogue, const std::int32_t* c,
                 const std::uint8_t* residual, std::uint8_t* out, std::uint32_t count) {
  if constexpr (FinishesSome<Simd>) {
    Simd::finish_some(epilogue, c, residual, out, count);
  } else {
    std::int32_t sums[Simd::kFinishLanes] = {};
    std::uint8_t residuals[Simd::kFinishLanes] = {};
    std::uint8_t outs[Simd::kFinishLanes];
    for (std::uint32_t p = 0; p < count; ++p) {
      sums[p] = c[p];
      if (residual != nullptr) residuals[p] = residual[p];
    }
    Simd::finish(epilogue, sums, residual == nullptr ? nullptr : residuals, outs);
    for (std::uint32_t p = 0; p < count; ++p) out[p] = outs[p];
  }
}

/// Simd::finish() turns kFinishLanes sums into bytes.
template <typename Simd>
void finish_i8(const Int8FinishArgs& args) {
  constexpr std::uint32_t kLanes = Simd::kFinishLanes;
  const std::uint32_t positions = args.positions;
  const std::uint32_t whole = positions / kLanes * kLanes;
  const std::int32_t* c = args.c;
  const std::uint8_t* residual = args.residual;
  std::uint8_t* out = args.out;
  typename Simd::Epilogue epilogue(args.residual_scale, args.floor);
  for (std::uint32_t r = 0; r < args.rows; ++r, c += args.c_stride, out += args.out_stride) {
    epilogue.set(args.row[r]);
    if (residual == nullptr) {
      for (std::uint32_t p = 0; p < whole; p += kLanes) {
        Simd::finish(epilogue, c + p, nullptr, out + p);
      }
    } else {
      for (std::uint32_t p = 0; p < whole; p += kLanes) {
        Simd::finish(epilogue, c + p, residual + p, out + p);
      }
    }
    if (whole < positions) {
      finish_tail<Simd>(epilogue, c + whole, residual == nullptr ? nullptr : residual + whole,
                        out + whole, positions - whole);
    }
    if (residual != nullptr) residual += args.out_stride;
  }
}

/// Simds that load a line with `zero` in place of what is not inside, and read nothing there.
template <typename Simd>
concept LoadsInside = requires(const std::uint8_t* p) {
  Simd::load_inside(p, std::uint64_t{}, std::uint8_t{});
};

/// kPackLanes positions of a line; `inside`: bits, the first in the lowest.
template <typename Simd>
[[gnu::always_inline]] inline typename Simd::Line load_inside(const Int8PackArgs& args,
                                                              const std::uint8_t* p,
                                                              std::uint64_t inside) {
  if constexpr (LoadsInside<Simd>) {
    return Simd::load_inside(p, inside, args.zero);
  } else {
    constexpr std::uint32_t kLanes = Simd::kPackLanes;
    constexpr std::uint64_t kAll = (std::uint64_t{1} << kLanes) - 1;
    inside &= kAll;
    if (inside == kAll) return Simd::load_line(p);
    const std::uint8_t* const begin = args.readable.data();
    if (p >= begin && p + kLanes <= begin + args.readable.size()) {
      return Simd::select(inside, Simd::load_line(p), args.zero);
    }
    std::uint8_t line[kLanes];
    for (std::uint32_t i = 0; i < kLanes; ++i) line[i] = (inside >> i & 1) != 0 ? p[i] : args.zero;
    return Simd::load_line(line);
  }
}

/// Simd::interleave() makes words of kPackLanes positions; a tile is a multiple of it. A tile's
/// words lie one after another, so tiles come first.
template <typename Simd, int kVectors>
void pack_i8(const Int8PackArgs& args) {
  constexpr std::uint32_t kTile = kVectors * Simd::kLanes;
  constexpr std::uint32_t kLanes = Simd::kPackLanes;
  static_assert(kTile % kLanes == 0 && kTile <= 64);
  std::uint32_t tile = 0;
  for (std::uint32_t p = 0; p < args.positions; p += kTile, ++tile) {
    const Int8Line* from = args.lines;
    auto* b = static_cast<typename Simd::Word*>(args.b) + tile * args.b_tile_stride;
    for (std::uint32_t word = 0; word < args.words; ++word, from += Simd::kWordK, b += kTile) {
      BITDOWN_UNROLL
      for (std::uint32_t lane = 0; lane < kTile; lane += kLanes) {
        typename Simd::Line lines[Simd::kWordK];
        BITDOWN_UNROLL
        for (int i = 0; i < Simd::kWordK; ++i) {
          lines[i] = load_inside<Simd>(args, from[i].line + p + lane, from[i].inside[tile] >> lane);
        }
        Simd::interleave(lines, b + lane);
      }
    }
  }
}

/// The table entry of an ISA: accumulators of kRows x kVectors. `coded`: that of coded.h, if any.
template <typename Simd, int kRows, int kVectors>
constexpr Int8Kernel make_int8_kernel(const char* name, IsaSet required,
                                      void (*coded)(const Int8CodedArgs&) = nullptr,
                                      bool codes_extra = false) {
  void (*few)(const Int8FewArgs&) = nullptr;
  if constexpr (AddsLanes<Simd>) few = multiply_few<Simd, kRows>;
  return {make_panel_kernel<Simd, kRows, kVectors>(name, required),
          finish_i8<Simd>,
          pack_i8<Simd, kVectors>,
          few,
          copy_codewords_i8,
          coded,
          codes_extra,
          Simd::kLanes,
          false,
          nullptr,
          nullptr};
}

}  // namespace
}  // namespace bitdown::kernels
