// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/convolution/cost.h"
#include "kernels/convolution/cost_float.h"
#include "non_negative.h"

namespace bitdown::tests {

// What is counted, or what each takes, in the order of the fields.

inline Terms terms_of(const kernels::DecodeWork& work) {
  return {work.macs, work.codes, work.numbers, work.packed, work.gathered, work.finished};
}

inline Terms terms_of(const kernels::TableWork& work) {
  return {work.rows, work.pairs, work.added, work.finished, work.listed, work.gathered};
}

inline Terms terms_of(const kernels::WinogradWork& work) {
  return {work.macs, work.inputs, work.outputs};
}

}  // namespace bitdown::tests
