// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "quantize/quantize.h"

namespace bitdown::builder {

/// Writes finished layers to a sealed file (state/sealed_file.h), so that an interrupted run can go
/// on. `fingerprint` says what they belong to: network, images and recipe. Throws Error(kIoError).
void save_state(const std::filesystem::path& file, const std::string& fingerprint,
                const FinishedLayers& layers);

/// The layers of such a file; none, and failures, as read_sealed has them.
FinishedLayers load_state(const std::filesystem::path& file, const std::string& fingerprint);

}  // namespace bitdown::builder
