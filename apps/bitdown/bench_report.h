// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitdown/first_label.h"
#include "bitdown/latency.h"
#include "bitdown/machine.h"
#include "bitdown/peak.h"
#include "bitdown/session_flags.h"

namespace bitdown::apps {

/// A model with everything measured of it.
struct ModelReport {
  std::string model;                        ///< Its path.
  std::string isa;                          ///< Session::isa().
  unsigned threads = 1;                     ///< Session::threads().
  Precision precision = Precision::kExact;  ///< Session::precision().
  LatencyRecorder latency;
  FirstLabel first_label;
};

/// What `bitdown bench` found; one run of the tool, so that all of it may be compared.
struct BenchReport {
  std::size_t warmup = 0;
  ModelReport model;
  std::optional<ModelReport> other;  ///< Of --vs: its runs alternated with the model's.
  Peak peak;                         ///< Of the ISA that both may use.
  MachineState before;
  MachineState after;
};

/// Median latency of the model divided by the other's, which must be there.
double ratio(const BenchReport& report);
/// The same of CPU times, for machines where other programs run.
double cpu_ratio(const BenchReport& report);

void print_json(const BenchReport& report);
void print_text(const BenchReport& report);

}  // namespace bitdown::apps
