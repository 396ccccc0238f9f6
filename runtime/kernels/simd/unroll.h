// SPDX-License-Identifier: MIT
#pragma once

// Before a loop over an array of vectors with a constant count up to 16. GCC keeps such an array in
// registers only if its loops are unrolled early: without this its kernels store every accumulator
// in every iteration. Clang unrolls by itself, but not around asm (Simd::pin).
//
// BITDOWN_NO_UNROLL: before a short loop that Clang would unroll, bring all of its loads forward
// and then have no registers left.
#if defined(__clang__)
#define BITDOWN_UNROLL _Pragma("clang loop unroll(full)")
#define BITDOWN_NO_UNROLL _Pragma("clang loop unroll(disable)")
#else
#define BITDOWN_UNROLL _Pragma("GCC unroll 16")
#define BITDOWN_NO_UNROLL
#endif
