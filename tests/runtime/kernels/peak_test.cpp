// SPDX-License-Identifier: MIT
#include "kernels/peak/peak.h"

#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/peak/reference.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"

namespace bitdown::kernels {
namespace {

std::vector<const PeakKernel*> runnable() {
  return tests::runnable(peak_kernels());
}

// The state after `rounds` from 1, 2, 3...; the buffer ends at a guard page.
void check_state(const FloatPeak& peak, float factor, std::uint64_t rounds) {
  tests::GuardedBuffer<float> state(peak.elements);
  for (std::uint32_t i = 0; i < peak.elements; ++i) state[i] = static_cast<float>(i + 1);
  std::vector<float> expected(state.begin(), state.end());
  peak.run(state.data(), factor, rounds);
  float_peak_reference(expected, factor, rounds);
  CHECK(std::vector<float>(state.begin(), state.end()) == expected);
}

void check_state(const Int8Peak& peak, int weight, int column, std::uint64_t rounds) {
  tests::GuardedBuffer<std::int32_t> state(peak.elements);
  for (std::uint32_t i = 0; i < peak.elements; ++i) state[i] = static_cast<std::int32_t>(i + 1);
  std::vector<std::int32_t> expected(state.begin(), state.end());
  peak.run(state.data(), weight, column, rounds);
  int8_peak_reference(expected, peak.products, weight, column, rounds);
  CHECK(std::vector<std::int32_t>(state.begin(), state.end()) == expected);
}

TEST_CASE("the peak of every ISA of this machine comes from work that was done") {
  CHECK(runnable().back() == &select_peak(kIsaPortable));
  for (const PeakKernel* kernel : runnable()) {
    CAPTURE(kernel->name);
    for (const std::uint64_t rounds : {0, 1, 2, 3, 50}) {
      CAPTURE(rounds);
      check_state(kernel->float32, 1.0f, rounds);
      check_state(kernel->int8, 3, 5, rounds);
      check_state(kernel->int8, -127, 127, rounds);
    }
    check_state(kernel->float32, 0x1p-26f, 1000);
    check_state(kernel->int8, 1, 1, 1000);
  }
}

TEST_CASE("peaks are selected by the ISA set, best first") {
  CHECK(std::string(select_peak(kIsaPortable).name) == "portable");
#if defined(__x86_64__)
  CHECK(std::string(select_peak(kIsaAvx2).name) == "avx2");
  CHECK(std::string(select_peak(kIsaAvx2 | kIsaAvxVnni).name) == "avxvnni");
  CHECK(std::string(select_peak(kIsaAvx2 | kIsaAvx512).name) == "avx512");
  CHECK(std::string(select_peak(kIsaAvx2 | kIsaAvx512 | kIsaVnni).name) == "vnni");
#elif defined(__aarch64__)
  CHECK(std::string(select_peak(kIsaNeon).name) == "neon");
  CHECK(std::string(select_peak(kIsaNeon | kIsaDotprod).name) == "dotprod");
#endif
}

}  // namespace
}  // namespace bitdown::kernels
