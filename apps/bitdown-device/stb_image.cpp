// SPDX-License-Identifier: MIT
// The one translation unit that holds stb's decoders: the three formats a camera or a desktop
// writes, from memory only.
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS 65535
#include "stb/stb_image.h"

#include "bitdown-device/stb_failure.h"

namespace bitdown::apps {

void forget_stb_failure() {
  stbi__g_failure_reason = nullptr;
}

}  // namespace bitdown::apps
