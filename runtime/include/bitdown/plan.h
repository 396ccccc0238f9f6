// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace bitdown {

/// How a layer with codes runs: kTable and kExpanded in 8-bit, kWinograd in float32; kDecode where
/// one that was asked for cannot be.
enum class Algorithm : unsigned char {
  kDefault,  ///< Whichever is faster: as measured where a plan file fits, else by the cost model.
  kDecode,   ///< Decodes codewords into small panels and multiplies; sums are exact.
  kTable,    ///< Multiplies codewords with inputs once and looks the products up, rounded to int16;
             ///< not for codes beyond a byte or blocks beyond 32.
  kExpanded,  ///< kDecode, but once for all runs: for the layers that gain most by the byte, as
              ///< many as the memory budget holds; kDecode for the others.
  kWinograd,  ///< Minimal filtering from a transformed codebook: 3x3 layers of stride 1 whose
              ///< blocks are whole kernels of byte codes.
};

/// Nanoseconds that a layer takes by each algorithm; 0: unknown, or the algorithm cannot be.
struct LayerTimes {
  std::uint64_t decode = 0;
  std::uint64_t table = 0;
  std::uint64_t expanded = 0;
  std::uint64_t winograd = 0;
};

/// How a session runs one operator, and why.
struct LayerPlan {
  Algorithm algorithm = Algorithm::kDefault;  ///< kDefault: there is nothing to choose.
  LayerTimes predicted;                       ///< By the cost model.
  LayerTimes measured;                        ///< From the plan file, if one fits.
  std::uint64_t expanded_bytes = 0;           ///< Memory that kExpanded takes of the budget.
};

}  // namespace bitdown
