// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "quantize/quantize.h"

namespace bitdown::builder {

/// Writes finished layers to a file, all or nothing, so that an interrupted run can go on.
/// `fingerprint` says what they belong to: network, images and recipe. Throws Error(kIoError).
void save_state(const std::filesystem::path& file, const std::string& fingerprint,
                const FinishedLayers& layers);

/// The layers of such a file; none when there is no file, when it belongs to something else or when
/// it is damaged: then the work begins anew.
FinishedLayers load_state(const std::filesystem::path& file, const std::string& fingerprint);

}  // namespace bitdown::builder
