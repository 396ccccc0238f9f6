// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "cpu.h"
#include "kernels/simd/select.h"

namespace bitdown::tests {

/// What the operating system says of this CPU, independently of platforms/cpu.cpp.
inline bool cpu_has(const std::string& flag) {
  std::ifstream info("/proc/cpuinfo");
  for (std::string word; info >> word;) {
    if (word == flag) return true;
  }
  return false;
}

inline bool cpu_has_avx512() {
  return cpu_has("avx512f") && cpu_has("avx512bw") && cpu_has("avx512dq") && cpu_has("avx512vl");
}

inline bool cpu_has_avx_vnni() {
  return cpu_has("avx2") && cpu_has("fma") && cpu_has("avx_vnni");
}

#if defined(__aarch64__)
/// The register itself: qemu-user shows the /proc/cpuinfo of its host. Linux lets programs read it.
inline bool cpu_has_dotprod() {
  std::uint64_t isar0 = 0;
  __asm__("mrs %0, ID_AA64ISAR0_EL1" : "=r"(isar0));
  return ((isar0 >> 44) & 15) != 0;
}
#endif

/// Names of the float32 kernels that must run here; a test fails when one did not.
inline std::vector<const char*> expected_float_isas() {
  std::vector<const char*> names = {"portable"};
#if defined(__x86_64__)
  if (cpu_has("avx2") && cpu_has("fma")) names.push_back("avx2");
  if (cpu_has_avx512()) names.push_back("avx512");
#elif defined(__aarch64__)
  names.push_back("neon");
#endif
  return names;
}

/// The same for the integer kernels.
inline std::vector<const char*> expected_int8_isas() {
  std::vector<const char*> names = {"portable"};
#if defined(__x86_64__)
  if (cpu_has("avx2") && cpu_has("fma")) names.push_back("avx2");
  if (cpu_has_avx_vnni()) names.push_back("avxvnni");
  if (cpu_has_avx512() && cpu_has("avx512_vnni")) names.push_back("vnni");
#elif defined(__aarch64__)
  names.push_back("neon");
  if (cpu_has_dotprod()) names.push_back("dotprod");
#endif
  return names;
}

/// The same for the kernels of tables.
inline std::vector<const char*> expected_table_isas() {
  std::vector<const char*> names = expected_float_isas();
#if defined(__aarch64__)
  if (cpu_has_dotprod()) names.push_back("dotprod");
#endif
  return names;
}

/// The kernels of a family's table that this CPU can run.
template <typename Kernel>
std::vector<const Kernel*> runnable(std::span<const Kernel* const> table) {
  std::vector<const Kernel*> result;
  for (const Kernel* kernel : table) {
    if (kernels::can_run(*kernel, detect_isa())) result.push_back(kernel);
  }
  return result;
}

}  // namespace bitdown::tests
