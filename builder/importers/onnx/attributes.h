// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "importers/onnx/messages.h"

namespace bitdown::builder::onnx {

/// The attributes of one node, which must outlive this. Remembers which were asked for, so that one
/// that nobody understands is refused instead of ignored. All throw Error(kInvalidData) for an
/// attribute of another type; `otherwise` is for one that is not there.
class Attributes {
 public:
  explicit Attributes(const NodeProto& node) : node_(node) {}

  std::int64_t integer(const char* name, std::int64_t otherwise);
  float real(const char* name, float otherwise);
  std::string text(const char* name, const char* otherwise);
  std::vector<std::int64_t> integers(const char* name, std::vector<std::int64_t> otherwise);
  /// Null when it is not there.
  const TensorProto* tensor(const char* name);
  /// Whatever it says does not matter.
  void ignore(const char* name) { known_.insert(name); }

  /// Throws Error(kUnsupported) for an attribute that was not asked for.
  void refuse_others() const;

 private:
  const AttributeProto* find(const char* name, AttributeProto::AttributeType type);

  const NodeProto& node_;
  std::set<std::string> known_;
};

}  // namespace bitdown::builder::onnx
