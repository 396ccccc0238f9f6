// SPDX-License-Identifier: MIT
#include "cpu.h"

#include <array>
#include <cstring>

#if defined(BITDOWN_WITH_CPUINFO)
#include <cpuinfo.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace bitdown {
namespace {

struct NamedIsa {
  const char* name;
  IsaSet required;  // What the CPU must have.
  IsaSet allowed;   // What the kernels may then use.
};

// Widest first, so that isa_name() finds the most specific one.
constexpr NamedIsa kNames[] = {
    {"vnni", kIsaAvx512 | kIsaVnni, kIsaVnni | kIsaAvx512 | kIsaAvx2},
    {"avx512", kIsaAvx512, kIsaAvx512 | kIsaAvx2},
    {"avxvnni", kIsaAvx2 | kIsaAvxVnni, kIsaAvx2 | kIsaAvxVnni},
    {"avx2", kIsaAvx2, kIsaAvx2},
    {"dotprod", kIsaNeon | kIsaDotprod, kIsaNeon | kIsaDotprod},
    {"neon", kIsaNeon, kIsaNeon},
    {"portable", kIsaPortable, kIsaPortable},
};

constexpr auto kNarrowestFirst = [] {
  std::array<const char*, std::size(kNames)> names = {};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kNames[names.size() - 1 - i].name;
  return names;
}();

#if defined(__x86_64__)
// Neither cpuinfo nor older compilers know of it. An unknown subleaf reads as zeros.
bool has_avx_vnni() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax >> 4 & 1) != 0;
}
#endif

IsaSet query_cpu() {
  IsaSet set = kIsaPortable;
#if defined(__aarch64__)
  set |= kIsaNeon;  // Mandatory in AArch64.
#if defined(__linux__)
  constexpr unsigned long kDotprod = 1ul << 20;  // HWCAP_ASIMDDP, which old headers lack.
  if ((getauxval(AT_HWCAP) & kDotprod) != 0) set |= kIsaDotprod;
#endif
#elif defined(__x86_64__) && defined(BITDOWN_WITH_CPUINFO)
  if (!cpuinfo_initialize()) return set;
  if (cpuinfo_has_x86_avx2() && cpuinfo_has_x86_fma3()) set |= kIsaAvx2;
  if (cpuinfo_has_x86_avx512f() && cpuinfo_has_x86_avx512bw() && cpuinfo_has_x86_avx512dq() &&
      cpuinfo_has_x86_avx512vl()) {
    set |= kIsaAvx512;
    if (cpuinfo_has_x86_avx512vnni()) set |= kIsaVnni;
  }
#elif defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) set |= kIsaAvx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    set |= kIsaAvx512;
    if (__builtin_cpu_supports("avx512vnni")) set |= kIsaVnni;
  }
#endif
#if defined(__x86_64__)
  // Where AVX2 was found, the operating system keeps its registers.
  if ((set & kIsaAvx2) != 0 && has_avx_vnni()) set |= kIsaAvxVnni;
#endif
  return set;
}

}  // namespace

IsaSet detect_isa() {
  static const IsaSet kSet = query_cpu();
  return kSet;
}

std::span<const char* const> isa_names() {
  return kNarrowestFirst;
}

Result<IsaSet> choose_isa(const char* name, IsaSet available) {
  if (name == nullptr) return available;
  for (const NamedIsa& isa : kNames) {
    if (std::strcmp(name, isa.name) != 0) continue;
    if ((available & isa.required) != isa.required) {
      return Status(StatusCode::kUnsupported, "this CPU does not have the requested ISA", name);
    }
    return isa.allowed & available;
  }
  return Status(StatusCode::kInvalidArgument,
                "unknown ISA; known are portable, neon, dotprod, avx2, avxvnni, avx512, vnni",
                name);
}

const char* isa_name(IsaSet set) {
  for (const NamedIsa& isa : kNames) {
    if ((set & isa.required) == isa.required) return isa.name;
  }
  return "portable";
}

}  // namespace bitdown
