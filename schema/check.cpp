// SPDX-License-Identifier: MIT
#include "schema/check.h"

#include "model_generated.h"

namespace bitdown::schema {

Result<const Model*> check(std::span<const std::byte> blob) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(blob.data());
  if (reinterpret_cast<std::uintptr_t>(data) % kAlignment != 0) {
    return Status(StatusCode::kInvalidArgument, "blob: must start at a 64-byte-aligned address");
  }
  flatbuffers::Verifier verifier(data, blob.size());
  if (!VerifyModelBuffer(verifier)) {
    return Status(StatusCode::kInvalidData, "blob: damaged or truncated");
  }
  return GetModel(data);
}

}  // namespace bitdown::schema
