// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "bitdown/status.h"

namespace bitdown {

/// Instruction sets that kernels are written for, as bits of an IsaSet. Each bit stands for
/// everything a kernel of that name may use.
enum Isa : std::uint32_t {
  kIsaPortable = 0,       ///< The baseline of the target: SSE2 on x86-64, NEON-free C++ elsewhere.
  kIsaAvx2 = 1u << 0,     ///< AVX2 + FMA.
  kIsaAvx512 = 1u << 1,   ///< AVX-512 F, BW, DQ, VL (Skylake server and later).
  kIsaNeon = 1u << 2,     ///< AArch64 Advanced SIMD.
  kIsaVnni = 1u << 3,     ///< AVX-512 VNNI, together with kIsaAvx512.
  kIsaDotprod = 1u << 4,  ///< The dot product of ARMv8.2, together with kIsaNeon.
  kIsaAvxVnni = 1u << 5,  ///< AVX-VNNI (Alder Lake and later), together with kIsaAvx2.
};
using IsaSet = std::uint32_t;

/// What this CPU and its operating system support. Cached after the first call; thread-safe.
IsaSet detect_isa();

/// What a user may choose, of all CPUs: "portable" first, then by width. Static.
std::span<const char* const> isa_names();

/// The set that a user's choice allows: `name` is one of isa_names(), or null for everything
/// `available` has. "avx2" excludes AVX-512 and
/// AVX-VNNI; "avxvnni" includes AVX2; "avx512" includes AVX2 and excludes both kinds of VNNI,
/// "dotprod" includes NEON. Fails with kInvalidArgument for an unknown name
/// and kUnsupported when `available` lacks it. Pure.
Result<IsaSet> choose_isa(const char* name, IsaSet available);

/// The name of the widest member of `set`, for reports.
const char* isa_name(IsaSet set);

}  // namespace bitdown
