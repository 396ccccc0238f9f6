// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <span>

#include "error.h"
#include "importers/importer.h"

// Any bytes as a checkpoint: a graph, or an Error and nothing else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    bitdown::builder::import_bytes(std::as_bytes(std::span(data, size)), "input.pth");
  } catch (const bitdown::builder::Error&) {
  }
  return 0;
}
