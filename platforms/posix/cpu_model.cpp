// SPDX-License-Identifier: MIT
#include "cpu_model.h"

#include <cstdio>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#include <cstring>
#elif defined(__linux__)
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "cores.h"
#endif

namespace bitdown {

#if defined(__x86_64__) || defined(__i386__)
CpuModel cpu_model() {
  CpuModel model;
  unsigned a = 0;
  unsigned words[3] = {};  // The vendor's letters are in EBX, EDX, ECX.
  if (__get_cpuid(0, &a, &words[0], &words[2], &words[1]) == 0) return model;
  char vendor[sizeof words + 1] = {};
  std::memcpy(vendor, words, sizeof words);
  for (char* c = vendor; *c != '\0'; ++c) {
    const bool plain =
        (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
    if (!plain) *c = '-';
  }
  unsigned b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return model;
  const unsigned family =
      ((a >> 8) & 15) == 15 ? ((a >> 8) & 15) + ((a >> 20) & 255) : (a >> 8) & 15;
  const unsigned number = ((a >> 4) & 15) + (((a >> 16) & 15) << 4);
  std::snprintf(model.name, sizeof model.name, "%s-%u-%u-%u", vendor, family, number, a & 15);
  return model;
}
#elif defined(__linux__)
CpuModel cpu_model() {
  CpuModel model;
  char path[96];
  std::snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u/regs/identification/midr_el1",
                unsigned{big_cores().cpus[0]});
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);  // No stdio: it would allocate.
  if (file < 0) return model;
  char text[32];
  const ssize_t length = ::read(file, text, sizeof text - 1);
  ::close(file);
  if (length <= 0) return model;
  text[length] = '\0';
  std::snprintf(model.name, sizeof model.name, "arm-%08lx",
                std::strtoul(text, nullptr, 16) & 0xfffffffful);
  return model;
}
#else
CpuModel cpu_model() {
  return {};
}
#endif

}  // namespace bitdown
