// SPDX-License-Identifier: MIT
#include "schema/check_bulk.h"

#include <cstddef>
#include <cstring>

#include "schema/check.h"
#include "schema/codes.h"
#include "schema/place.h"

namespace bitdown::schema {

/// Messages must be static, so each field has its own set.
struct BulkChecker::Messages {
  const char* missing;
  const char* type;
  const char* alignment;
  const char* length;
  const char* finite;
  const char* shared;
};

// clang-format off
#define BITDOWN_BULK_MESSAGES(field)                                  \
  {                                                                   \
    field ": missing",                                                \
    field ": unknown element type",                                   \
    field ": not 64-byte aligned",                                    \
    field ": length differs from what the shapes imply",              \
    field ": holds a number that is not finite",                      \
    field ": bulk vectors are shared too often"                       \
  }
// clang-format on

namespace {

bool all_finite_halves(const std::uint8_t* data, std::uint64_t count) {
  bool finite = true;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint16_t bits;
    std::memcpy(&bits, data + 2 * i, sizeof bits);
    finite &= (bits & 0x7c00u) != 0x7c00u;
  }
  return finite;
}

bool all_finite_floats(const std::uint8_t* data, std::uint64_t count) {
  bool finite = true;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, data + 4 * i, sizeof bits);
    finite &= (bits & 0x7f800000u) != 0x7f800000u;
  }
  return finite;
}

Status invalid(const char* message) {
  return Status(StatusCode::kInvalidData, message);
}
Status unsupported(const char* message) {
  return Status(StatusCode::kUnsupported, message);
}

}  // namespace

BulkChecker::BulkChecker(const Model& model, std::uint64_t blob_bytes)
    : model_(model), bytes_left_(blob_bytes * Limits::kUsesPerByte) {}

Status BulkChecker::check_vector(const void* data, std::uint64_t bytes,
                                 std::uint64_t expected_bytes, const Messages& messages) {
  if (bytes != expected_bytes) return invalid(messages.length);
  if (reinterpret_cast<std::uintptr_t>(data) % kAlignment != 0) return invalid(messages.alignment);
  if (bytes > bytes_left_) return invalid(messages.shared);
  bytes_left_ -= bytes;
  return {};
}

Status BulkChecker::check_tensor(const Tensor* tensor, std::uint64_t elements,
                                 const Messages& messages) {
  if (tensor == nullptr) return invalid(messages.missing);
  const ElementType type = tensor->element_type();
  if (type != ElementType::float32 && type != ElementType::float16) {
    return unsupported(messages.type);
  }
  const std::uint64_t size = type == ElementType::float16 ? 2 : 4;
  const std::uint8_t* data = tensor->data()->data();
  BITDOWN_RETURN_IF_ERROR(check_vector(data, tensor->data()->size(), elements * size, messages));
  const bool finite = type == ElementType::float16 ? all_finite_halves(data, elements)
                                                   : all_finite_floats(data, elements);
  return finite ? Status() : invalid(messages.finite);
}

Status BulkChecker::check_scale(const Tensor* tensor, std::uint64_t elements) {
  static constexpr Messages kMessages = BITDOWN_BULK_MESSAGES("scale");
  return tensor == nullptr ? Status() : check_tensor(tensor, elements, kMessages);
}

Status BulkChecker::check_shift(const Tensor* tensor, std::uint64_t elements) {
  static constexpr Messages kMessages = BITDOWN_BULK_MESSAGES("shift");
  return tensor == nullptr ? Status() : check_tensor(tensor, elements, kMessages);
}

Status BulkChecker::check_bias(const Tensor* tensor, std::uint64_t elements) {
  static constexpr Messages kMessages = BITDOWN_BULK_MESSAGES("bias");
  return tensor == nullptr ? Status() : check_tensor(tensor, elements, kMessages);
}

Status BulkChecker::check_golden(const Golden& golden, std::uint64_t input_elements,
                                 std::uint64_t output_elements) {
  static constexpr Messages kInput = BITDOWN_BULK_MESSAGES("input");
  static constexpr Messages kOutput = BITDOWN_BULK_MESSAGES("output");
  if (golden.input() != nullptr) {
    BITDOWN_RETURN_IF_ERROR(check_tensor(golden.input(), input_elements, kInput));
    if (golden.input()->element_type() != ElementType::float32) {
      return invalid("input: not float32");
    }
  }
  BITDOWN_RETURN_IF_ERROR(check_tensor(golden.output(), output_elements, kOutput));
  if (golden.output()->element_type() != ElementType::float32) {
    return invalid("output: not float32");
  }
  return {};
}

Status BulkChecker::check_codebooks() {
  if (model_.codebooks() == nullptr) return {};
  if (model_.codebooks()->size() > Limits::kCodebooks) return invalid("codebooks: too many");
  for (std::uint32_t i = 0; i < model_.codebooks()->size(); ++i) {
    const Status status = check_codebook(*model_.codebooks()->Get(i));
    if (!status.ok()) return at(status, "codebook", i, nullptr);
  }
  return {};
}

Status BulkChecker::check_codebook(const Codebook& codebook) {
  static constexpr Messages kMessages = BITDOWN_BULK_MESSAGES("values");
  const std::uint64_t entries = codebook.entries();
  const std::uint64_t block_size = codebook.block_size();
  if (entries < 1 || entries > Limits::kCodebookEntries) {
    return invalid("entries: must be between 1 and 65536");
  }
  if (block_size < 1 || block_size > Limits::kBlockSize) {
    return invalid("block_size: must be between 1 and 256");
  }
  const std::uint64_t count = codebook.values()->size();
  BITDOWN_RETURN_IF_ERROR(
      check_vector(codebook.values()->Data(), count * 2, entries * block_size * 2, kMessages));
  return all_finite_halves(codebook.values()->Data(), count) ? Status() : invalid(kMessages.finite);
}

Status BulkChecker::check_weights(Weights type, const void* table, std::uint64_t rows,
                                  std::uint64_t columns) {
  static constexpr Messages kMessages = BITDOWN_BULK_MESSAGES("weights.values");
  if (table == nullptr || type == Weights::NONE) return invalid("weights: missing");
  if (type == Weights::CodedWeights) {
    return check_coded(*static_cast<const CodedWeights*>(table), rows, columns);
  }
  if (type == Weights::DenseWeights) {
    const auto* dense = static_cast<const DenseWeights*>(table);
    return check_tensor(dense->values(), rows * columns, kMessages);
  }
  return unsupported("weights: unknown kind");
}

Status BulkChecker::check_coded(const CodedWeights& weights, std::uint64_t rows,
                                std::uint64_t columns) {
  static constexpr Messages kMessages = BITDOWN_BULK_MESSAGES("weights.codes");
  if (weights.axis() != BlockAxis::columns) return unsupported("weights.axis: unknown");
  if (weights.order() != CodeOrder::row_major) return unsupported("weights.order: unknown");
  if (model_.codebooks() == nullptr || weights.codebook() >= model_.codebooks()->size()) {
    return invalid("weights.codebook: no such codebook");
  }
  const Codebook& codebook = *model_.codebooks()->Get(weights.codebook());
  if (weights.code_bits() < 8 || weights.code_bits() > 16) {
    return invalid("weights.code_bits: must be between 8 and 16");
  }
  if (codebook.entries() > 1u << weights.code_bits()) {
    return invalid("weights.code_bits: too few for the codebook");
  }
  if (columns % codebook.block_size() != 0) {
    return invalid("weights.codebook: columns are no whole number of blocks");
  }
  const std::uint64_t count = rows * (columns / codebook.block_size());
  BITDOWN_RETURN_IF_ERROR(
      check_vector(weights.codes()->data(), weights.codes()->size(), count, kMessages));
  BITDOWN_RETURN_IF_ERROR(check_high_bits(weights, count));
  return codes_below(weights, count, codebook.entries())
             ? Status()
             : invalid("weights.codes: a code is not below K");
}

Status BulkChecker::check_high_bits(const CodedWeights& weights, std::uint64_t count) {
  static constexpr Messages kMessages = BITDOWN_BULK_MESSAGES("weights.high_bits");
  const auto* high = weights.high_bits();
  if (weights.code_bits() == 8) {
    return high == nullptr || high->size() == 0
               ? Status()
               : invalid("weights.high_bits: present although code_bits is 8");
  }
  if ((static_cast<std::uint64_t>(model_.required_features()) &
       static_cast<std::uint64_t>(Feature::split_codes)) == 0) {
    return invalid("weights.code_bits: above 8 without the feature split_codes");
  }
  if (high == nullptr) return invalid(kMessages.missing);
  const std::uint64_t bits = count * (weights.code_bits() - 8u);
  BITDOWN_RETURN_IF_ERROR(check_vector(high->data(), high->size(), (bits + 7) / 8, kMessages));
  if (bits % 8 != 0 && (high->Get(high->size() - 1) >> (bits % 8)) != 0) {
    return invalid("weights.high_bits: unused bits are not zero");
  }
  return {};
}

}  // namespace bitdown::schema
