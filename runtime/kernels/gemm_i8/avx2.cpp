// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/generic.h"
#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/avx2_chained_i8.h"
#include "kernels/simd/avx2_i8.h"

namespace bitdown::kernels {
namespace {

// 8 accumulators, 4 columns, 2 weights and 2 products.
template <int kWords>
constexpr Int8Kernel make_chained() {
  Int8Kernel kernel = make_int8_kernel<Avx2ChainedInt8<kWords>, 4, 2>("avx2 chained", kIsaAvx2);
  kernel.chained = true;
  return kernel;
}

constexpr Int8Kernel kChained8 = make_chained<2>();
constexpr Int8Kernel kChained18 = make_chained<9>();

constexpr Int8Kernel with_chained() {
  // 12 accumulators, 2 columns, a weight and a product.
  Int8Kernel kernel = make_int8_kernel<Avx2Int8, 6, 2>("avx2", kIsaAvx2);
  kernel.chained8 = &kChained8;
  kernel.chained18 = &kChained18;
  return kernel;
}

}  // namespace

constinit const Int8Kernel kInt8Avx2 = with_chained();

}  // namespace bitdown::kernels
