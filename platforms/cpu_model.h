// SPDX-License-Identifier: MIT
#pragma once

namespace bitdown {

/// What measurements of one machine may be reused on: "AuthenticAMD-25-1-1" is vendor, family,
/// model and stepping of x86, "arm-410fd083" the identification register of the first big core;
/// "unknown" where the system does not tell. Letters, digits and '-', at most 31. Allocates
/// nothing.
struct CpuModel {
  char name[32] = "unknown";
};

CpuModel cpu_model();

}  // namespace bitdown
