// SPDX-License-Identifier: MIT
#include "importers/torch/object.h"

namespace bitdown::builder::torch {

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::kBool:
    case ElementType::kUInt8:
    case ElementType::kInt8:
      return 1;
    case ElementType::kFloat16:
    case ElementType::kBFloat16:
    case ElementType::kInt16:
      return 2;
    case ElementType::kFloat32:
    case ElementType::kInt32:
      return 4;
    case ElementType::kFloat64:
    case ElementType::kInt64:
      break;
  }
  return 8;
}

}  // namespace bitdown::builder::torch
