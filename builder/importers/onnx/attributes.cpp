// SPDX-License-Identifier: MIT
#include "importers/onnx/attributes.h"

#include "importers/failure.h"

namespace bitdown::builder::onnx {

const AttributeProto* Attributes::find(const char* name, AttributeProto::AttributeType type) {
  known_.insert(name);
  for (const AttributeProto& attribute : node_.attribute()) {
    if (attribute.name() != name) continue;
    if (attribute.type() != type) {
      fail_invalid(text_of(node_) + ": attribute " + name + " is of another type");
    }
    return &attribute;
  }
  return nullptr;
}

std::int64_t Attributes::integer(const char* name, std::int64_t otherwise) {
  const AttributeProto* found = find(name, AttributeProto::INT);
  return found == nullptr ? otherwise : found->i();
}

float Attributes::real(const char* name, float otherwise) {
  const AttributeProto* found = find(name, AttributeProto::FLOAT);
  return found == nullptr ? otherwise : found->f();
}

std::string Attributes::text(const char* name, const char* otherwise) {
  const AttributeProto* found = find(name, AttributeProto::STRING);
  return found == nullptr ? otherwise : found->s();
}

std::vector<std::int64_t> Attributes::integers(const char* name,
                                               std::vector<std::int64_t> otherwise) {
  const AttributeProto* found = find(name, AttributeProto::INTS);
  if (found == nullptr) return otherwise;
  return {found->ints().begin(), found->ints().end()};
}

const TensorProto* Attributes::tensor(const char* name) {
  const AttributeProto* found = find(name, AttributeProto::TENSOR);
  return found == nullptr ? nullptr : &found->t();
}

void Attributes::refuse_others() const {
  for (const AttributeProto& attribute : node_.attribute()) {
    if (known_.contains(attribute.name())) continue;
    fail_unsupported(text_of(node_) + ": attribute " + in_quotes(attribute.name()));
  }
}

}  // namespace bitdown::builder::onnx
