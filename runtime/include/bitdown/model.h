// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "bitdown/image.h"
#include "bitdown/status.h"
#include "bitdown/tensor.h"

namespace bitdown {

namespace schema {
struct Model;
}

/// A validated network in its compressed form: a view of the blob (format: schema/README.md).
/// Immutable after creation, so any number of threads may use it and any number of sessions may
/// share it. Views returned here point into the blob and live as long as the Model.
class Model {
 public:
  /// Maps `path` and validates it completely; nothing is copied. Fails with kNotFound, kIoError,
  /// kInvalidData or kUnsupported (newer format), see schema/check.h.
  static Result<Model> open(const char* path);

  /// Uses `blob` in place, e.g. from flash. It must be 64-byte aligned (kInvalidArgument otherwise)
  /// and outlive the Model. Validates like open().
  static Result<Model> from_memory(std::span<const std::byte> blob);

  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  std::size_t input_count() const;
  std::size_t output_count() const;
  /// `index` < input_count() or output_count().
  TensorInfo input(std::size_t index) const;
  TensorInfo output(std::size_t index) const;

  /// Names of the classes in the order of the first output; label_count() may be 0.
  std::size_t label_count() const;
  std::string_view label(std::size_t index) const;

  /// Absent when the blob does not say how to prepare a photograph.
  std::optional<Preprocessing> preprocessing() const;

  /// "resnet50", or empty.
  std::string_view architecture() const;

  /// The whole blob as it lies in memory.
  std::span<const std::byte> blob() const;

  /// For the session and the tools; the type is internal and generated from the schema.
  const schema::Model& root() const { return *root_; }

 private:
  Model();
  struct Storage;
  std::unique_ptr<Storage> storage_;  // The mapping; null when the caller owns the bytes.
  std::span<const std::byte> blob_;
  const schema::Model* root_ = nullptr;
};

}  // namespace bitdown
