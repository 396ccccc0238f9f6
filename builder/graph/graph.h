// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bitdown/image.h"

namespace bitdown::builder {

/// A (rows, columns) weight matrix in full: rows = output channels, columns = input channels x
/// kernel height x kernel width in that order. `values` is row-major.
struct DenseMatrix {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::vector<float> values;
};

/// The same matrix as codes: W[o][b * d + e] = codebook[codes[o * blocks + b]][e], with
/// d = block_size and blocks = columns / d ("And the Bit Goes Down", section 3).
struct CodedMatrix {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t block_size = 0;
  std::vector<float> codebook;  ///< (K, d) row-major, finite, |value| <= 65504 (stored as fp16).
  std::vector<std::uint16_t> codes;  ///< (rows, blocks) row-major, each < K.

  std::uint32_t entries() const {
    return block_size == 0 ? 0 : static_cast<std::uint32_t>(codebook.size() / block_size);
  }
  std::uint32_t blocks() const { return block_size == 0 ? 0 : columns / block_size; }
};

using Weights = std::variant<DenseMatrix, CodedMatrix>;

/// The operators, as in schema/model.fbs. Empty scale, shift or bias mean 1, 0, 0.
struct Convolution {
  Weights weights;
  std::vector<float> scale;
  std::vector<float> shift;
  std::uint32_t kernel = 1;  ///< Square.
  std::uint32_t stride = 1;
  std::uint32_t padding = 0;
  bool relu = false;
};
struct Linear {
  Weights weights;
  std::vector<float> bias;
};
struct MaxPool {
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  std::uint32_t padding = 0;
};
struct GlobalAveragePool {};
struct Softmax {};

using Operator = std::variant<Convolution, Linear, MaxPool, GlobalAveragePool, Softmax>;

/// Index into Graph::values.
using ValueId = std::uint32_t;

/// What unsigned 8-bit activations cover: real = min + q * (max - min) / 255, q = 0 to 255.
/// min <= 0 < max, and 0 is one of the 256 numbers.
struct ActivationRange {
  float min = 0;
  float max = 0;
  bool operator==(const ActivationRange&) const = default;
};

/// A tensor between nodes, without the batch dimension: (C, H, W) or (N).
struct Value {
  std::string name;
  std::vector<std::uint32_t> shape;
  std::optional<ActivationRange> range = std::nullopt;  ///< Absent until calibrated.

  /// Numbers in it.
  std::size_t elements() const {
    std::size_t product = 1;
    for (const std::uint32_t extent : shape) product *= extent;
    return product;
  }
};

/// One operator of the network. Convolution takes an optional second input, the residual that is
/// added before the activation.
struct Node {
  std::string name;  ///< The layer's name in the source network, e.g. "layer1.0.conv1".
  std::vector<ValueId> inputs;
  ValueId output = 0;
  Operator op;
};

/// Where the weights come from.
struct Provenance {
  std::string source_file;        ///< Without folders.
  std::string source_sha256;      ///< 64 hexadecimal digits.
  std::string source_format;      ///< "ktb", "pqf", "torchvision".
  std::string architecture;       ///< "resnet50".
  std::string tool_version = {};  ///< Of the importing tool; empty: this one, when written.
};

/// A known pair of the first input and the first output, for self-tests on the device.
struct Golden {
  std::vector<float> input;  ///< Empty: the standard input (schema/standard_input.h).
  std::vector<float> output;
  float tolerance = 0;  ///< Largest accepted |difference| of an output.
};

/// A network on its way from an importer to the writer; nodes in execution order.
struct Graph {
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  std::optional<Preprocessing> preprocessing = std::nullopt;  ///< Of photographs, if it takes them.
  std::vector<std::string> labels;
  Provenance provenance;
  std::optional<Golden> golden = std::nullopt;

  /// Appends a value and returns its id.
  ValueId add_value(std::string name, std::vector<std::uint32_t> shape) {
    values.push_back({std::move(name), std::move(shape)});
    return static_cast<ValueId>(values.size() - 1);
  }
};

}  // namespace bitdown::builder
