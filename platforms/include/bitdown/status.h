// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace bitdown {

/// Why a call failed. Stable numbers: the C API passes them through.
enum class StatusCode : std::uint8_t {
  kOk = 0,
  kInvalidArgument = 1,  ///< The caller broke a precondition (wrong size, unknown option).
  kNotFound = 2,         ///< A file does not exist.
  kIoError = 3,          ///< The operating system refused: permissions, full disk, read error.
  kInvalidData = 4,  ///< The bytes are not what they claim to be: truncated, corrupt, malicious.
  kUnsupported = 5,  ///< Well-formed, but newer or other than this build can execute.
  kOutOfMemory = 6,  ///< An allocation failed or a caller-supplied arena is too small.
  kInternal = 7,     ///< A bug in Bitdown.
};

/// The outcome of a call: a code, a static message and where it happened. Never allocates, is
/// trivially copyable and may be passed between threads.
class [[nodiscard]] Status {
 public:
  static constexpr std::size_t kWhereCapacity = 64;

  constexpr Status() = default;

  /// `message` must have static lifetime, e.g. "stride: must be between 1 and 16".
  constexpr Status(StatusCode code, const char* message) : code_(code), message_(message) {}

  /// As above; `where` names the place, e.g. "operator 12 'layer1.0.conv1'". It is copied,
  /// truncated to kWhereCapacity - 1 bytes, and bytes outside printable ASCII become '?', because
  /// names come from untrusted blobs and end up on terminals.
  Status(StatusCode code, const char* message, std::string_view where);

  constexpr bool ok() const { return code_ == StatusCode::kOk; }
  constexpr StatusCode code() const { return code_; }
  /// Static, never null, empty when ok.
  constexpr const char* message() const { return message_; }
  /// NUL-terminated, empty when unknown; valid as long as this object.
  constexpr const char* where() const { return where_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  const char* message_ = "";
  char where_[kWhereCapacity] = {};
};

/// A value or the Status that explains its absence. Accessing value() of a failure is a bug in the
/// caller (undefined); test ok() first.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(status) {}     // NOLINT(google-explicit-constructor)

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace bitdown

/// Returns the Status of `expression` from the enclosing function unless it is ok.
#define BITDOWN_RETURN_IF_ERROR(expression)            \
  do {                                                 \
    ::bitdown::Status bitdown_status_ = (expression);  \
    if (!bitdown_status_.ok()) return bitdown_status_; \
  } while (false)

#define BITDOWN_CONCATENATE_INNER_(a, b) a##b
#define BITDOWN_CONCATENATE_(a, b) BITDOWN_CONCATENATE_INNER_(a, b)
#define BITDOWN_ASSIGN_OR_RETURN_INNER_(result, declaration, expression) \
  auto result = (expression);                                            \
  if (!result.ok()) return result.status();                              \
  declaration = std::move(result).value()

/// `BITDOWN_ASSIGN_OR_RETURN(auto file, MappedFile::open(path));`
#define BITDOWN_ASSIGN_OR_RETURN(declaration, expression)                                       \
  BITDOWN_ASSIGN_OR_RETURN_INNER_(BITDOWN_CONCATENATE_(bitdown_result_, __LINE__), declaration, \
                                  expression)
