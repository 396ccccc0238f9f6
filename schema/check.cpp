// SPDX-License-Identifier: MIT
#include "schema/check.h"

#include <cstdio>

#include "model_generated.h"
#include "schema/check_bulk.h"
#include "schema/check_description.h"
#include "schema/check_graph.h"
#include "schema/check_operators.h"

namespace bitdown::schema {
namespace {

Status invalid(const char* message) {
  return Status(StatusCode::kInvalidData, message);
}

flatbuffers::Verifier make_verifier(std::span<const std::byte> blob) {
  flatbuffers::Verifier::Options options;
  options.max_depth = 8;  // Model, operator, parameters, weights, tensor.
  options.max_tables = 1u << 20;
  return flatbuffers::Verifier(reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size(),
                               options);
}

Status check_extent(std::span<const std::byte> blob) {
  if (reinterpret_cast<std::uintptr_t>(blob.data()) % kAlignment != 0) {
    return Status(StatusCode::kInvalidArgument, "blob: must start at a 64-byte-aligned address");
  }
  if (blob.size() > Limits::kBlobBytes) return invalid("blob: larger than 1 GiB");
  if (blob.size() < kAlignment) return invalid("blob: too short to be one");
  if (!ModelBufferHasIdentifier(blob.data())) {
    return invalid("identifier: not a Bitdown blob (no BDN1); bitdown import makes one");
  }
  return {};
}

/// Reads the version alone, because a newer major version may break the rest.
Status check_version(std::span<const std::byte> blob) {
  flatbuffers::Verifier verifier = make_verifier(blob);
  if (verifier.VerifyOffset(0) == 0) return invalid("root: damaged or truncated");
  const auto* root = flatbuffers::GetRoot<flatbuffers::Table>(blob.data());
  if (!root->VerifyTableStart(verifier)) return invalid("root: damaged or truncated");
  if (!root->VerifyFieldRequired<Version>(verifier, Model::VT_VERSION, alignof(Version))) {
    return invalid("version: missing");
  }
  const Version& version = *root->GetStruct<const Version*>(Model::VT_VERSION);
  if (version.major() == kVersionMajor) return {};
  static_assert(kVersionMajor == 1, "the messages below say so");
  char where[Status::kWhereCapacity];
  std::snprintf(where, sizeof where, "blob format %u.%u", version.major(), version.minor());
  return Status(StatusCode::kUnsupported,
                version.major() > kVersionMajor ? "version: newer than this build reads (1.x)"
                                                : "version: older than this build reads (1.x)",
                where);
}

Status check_features(const Model& model) {
  const auto known = static_cast<std::uint64_t>(Feature::ANY);
  if ((static_cast<std::uint64_t>(model.required_features()) & ~known) == 0) return {};
  return Status(StatusCode::kUnsupported,
                "required_features: the blob needs a feature that this build does not know");
}

}  // namespace

Result<const Model*> check(std::span<const std::byte> blob) {
  BITDOWN_RETURN_IF_ERROR(check_extent(blob));
  BITDOWN_RETURN_IF_ERROR(check_version(blob));
  flatbuffers::Verifier verifier = make_verifier(blob);
  if (!VerifyModelBuffer(verifier)) return invalid("blob: damaged or truncated");
  // A finished blob is padded to a multiple of its alignment, so a truncation that only loses
  // padding shows too.
  if (blob.size() % kAlignment != 0) return invalid("blob: size is not a multiple of 64 bytes");

  const Model& model = *GetModel(blob.data());
  BITDOWN_RETURN_IF_ERROR(check_features(model));
  BITDOWN_RETURN_IF_ERROR(check_values(model));
  BITDOWN_RETURN_IF_ERROR(check_order(model));
  BulkChecker bulk(model, blob.size());
  BITDOWN_RETURN_IF_ERROR(bulk.check_codebooks());
  BITDOWN_RETURN_IF_ERROR(check_operators(model, bulk));
  BITDOWN_RETURN_IF_ERROR(check_description(model, bulk));
  return &model;
}

}  // namespace bitdown::schema
