// SPDX-License-Identifier: MIT
#pragma once

namespace bitdown::apps {

/// stb keeps the reason of the last image that failed, and gives none where memory runs out while
/// it decodes a PNG: to call before each image, so that no reason means no memory.
void forget_stb_failure();

}  // namespace bitdown::apps
