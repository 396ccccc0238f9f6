// SPDX-License-Identifier: MIT
#include "importers/onnx/model.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <climits>
#include <cstdint>
#include <string>

#include "importers/failure.h"

namespace bitdown::builder::onnx {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Two bytes of file may become an empty message of 200 bytes of memory. ResNet-152 has about 20,000
// fields.
constexpr std::size_t kMaxFields = std::size_t{1} << 20;
constexpr int kMaxDepth = 32;
// Since then the operators mean what they mean today.
constexpr std::int64_t kOldestOpset = 7;

[[noreturn]] void fail_damaged() {
  fail_invalid("damaged or truncated: not an ONNX model");
}

/// Counts the fields of a message and of those inside it, so that a hostile file is refused before
/// protobuf makes objects of it.
class FieldCounter {
 public:
  explicit FieldCounter(CodedInputStream& stream) : stream_(stream) {}

  void count(const Descriptor& message, int depth) {
    if (depth > kMaxDepth) fail_unsupported("messages nested more than 32 deep");
    while (const std::uint32_t tag = stream_.ReadTag()) {
      if (++fields_ > kMaxFields) fail_unsupported("more than a million fields");
      const Descriptor* inner = message_of(message, tag);
      if (inner != nullptr) {
        count_inner(*inner, depth);
      } else if (!WireFormatLite::SkipField(&stream_, tag)) {
        fail_damaged();
      }
    }
    if (!stream_.ConsumedEntireMessage()) fail_damaged();
  }

 private:
  static const Descriptor* message_of(const Descriptor& message, std::uint32_t tag) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      return nullptr;
    }
    const FieldDescriptor* field =
        message.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    return field == nullptr ? nullptr : field->message_type();
  }

  void count_inner(const Descriptor& message, int depth) {
    int length = 0;
    if (!stream_.ReadVarintSizeAsInt(&length)) fail_damaged();
    const CodedInputStream::Limit limit = stream_.PushLimit(length);
    count(message, depth + 1);
    stream_.PopLimit(limit);
  }

  CodedInputStream& stream_;
  std::size_t fields_ = 0;
};

std::int64_t opset_of(const ModelProto& model) {
  for (const auto& opset : model.opset_import()) {
    if (opset.domain().empty() || opset.domain() == "ai.onnx") return opset.version();
  }
  fail_damaged();
}

}  // namespace

bool is_model(std::span<const std::byte> file) {
  return !file.empty() && file[0] == std::byte{0x08};
}

ModelProto parse(std::span<const std::byte> file) {
  if (file.size() > INT_MAX) fail_unsupported("an ONNX file of 2 GB or more");
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data());
  const int size = static_cast<int>(file.size());
  CodedInputStream stream(bytes, size);
  FieldCounter(stream).count(*ModelProto::descriptor(), 0);
  ModelProto model;
  if (!model.ParseFromArray(bytes, size) || !model.has_graph()) fail_damaged();
  const std::int64_t opset = opset_of(model);
  if (opset < kOldestOpset) {
    fail_unsupported("opset " + std::to_string(opset) + "; 7 and newer can be imported");
  }
  return model;
}

}  // namespace bitdown::builder::onnx
