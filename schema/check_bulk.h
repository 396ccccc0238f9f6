// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bitdown/status.h"
#include "model_generated.h"

namespace bitdown::schema {

/// The bulk vectors of one blob, whose bytes are read while checking. Each check fails with a
/// message that names the field; the caller adds the place.
class BulkChecker {
 public:
  /// `model` has passed the FlatBuffers verifier; `blob_bytes` is the size of its blob.
  BulkChecker(const Model& model, std::uint64_t blob_bytes);

  /// Every codebook of the model; where() is "codebook 3".
  Status check_codebooks();

  /// The (rows, columns) matrix `table` of union type `type`. Requires check_codebooks().
  Status check_weights(Weights type, const void* table, std::uint64_t rows, std::uint64_t columns);

  /// Stored numbers that a field may leave out: null passes.
  Status check_scale(const Tensor* tensor, std::uint64_t elements);
  Status check_shift(const Tensor* tensor, std::uint64_t elements);
  Status check_bias(const Tensor* tensor, std::uint64_t elements);

  /// float32 only. Both must be present.
  Status check_golden(const Golden& golden, std::uint64_t input_elements,
                      std::uint64_t output_elements);

 private:
  struct Messages;

  Status check_codebook(const Codebook& codebook);
  Status check_coded(const CodedWeights& weights, std::uint64_t rows, std::uint64_t columns);
  Status check_high_bits(const CodedWeights& weights, std::uint64_t count);
  Status check_tensor(const Tensor* tensor, std::uint64_t elements, const Messages& messages);
  Status check_vector(const void* data, std::uint64_t bytes, std::uint64_t expected_bytes,
                      const Messages& messages);

  const Model& model_;
  std::uint64_t bytes_left_;  // See Limits::kUsesPerByte.
};

}  // namespace bitdown::schema
