// SPDX-License-Identifier: MIT
#include "cores.h"

#include <cstdio>
#include <cstdlib>

#if defined(__linux__)
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
#endif

namespace bitdown {

#if defined(__linux__)
namespace {

// The first number in a file of the kernel's description of a CPU; `absent` when there is none. No
// stdio: it would allocate.
long read_fact(unsigned cpu, const char* name, long absent) {
  char path[96];
  std::snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u/%s", cpu, name);
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return absent;
  char text[32];
  const ssize_t length = ::read(file, text, sizeof text - 1);
  ::close(file);
  if (length <= 0) return absent;
  text[length] = '\0';
  return std::strtol(text, nullptr, 10);
}

}  // namespace

CoreList big_cores() {
  CoreList cores;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return cores;
  // Hardware threads of one core name the same first sibling; the one seen first stands for all.
  long siblings[CoreList::kMaxCores];
  long capacity = -1;
  cores.count = 0;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE && cores.count < CoreList::kMaxCores; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const long own = read_fact(cpu, "cpu_capacity", 0);
    const long sibling = read_fact(cpu, "topology/thread_siblings_list", cpu);
    if (own < capacity) continue;
    if (own > capacity) cores.count = 0;
    capacity = own;
    bool known = false;
    for (std::uint32_t i = 0; i < cores.count; ++i) known = known || siblings[i] == sibling;
    if (known) continue;
    siblings[cores.count] = sibling;
    cores.cpus[cores.count++] = static_cast<std::uint16_t>(cpu);
  }
  if (cores.count == 0) cores.count = 1;
  return cores;
}
#else
CoreList big_cores() {
  return {};
}
#endif

}  // namespace bitdown
