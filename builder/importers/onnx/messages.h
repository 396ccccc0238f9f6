// SPDX-License-Identifier: MIT
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "importers/failure.h"

namespace bitdown::builder::onnx {

/// The messages of onnx.proto, as Debian's libonnx-dev has it. Newer fields are skipped.
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TypeProto;
using ::onnx::ValueInfoProto;

/// "Conv '/layer1/conv1/Conv'", for messages; a node without name is called by its first output.
inline std::string text_of(const NodeProto& node) {
  const bool named = !node.name().empty() || node.output_size() == 0;
  const std::string type = in_quotes(node.op_type());
  return type.substr(1, type.size() - 2) + " " + in_quotes(named ? node.name() : node.output(0));
}

}  // namespace bitdown::builder::onnx
