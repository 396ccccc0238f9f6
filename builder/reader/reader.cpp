// SPDX-License-Identifier: MIT
#include "reader/reader.h"

#include <cstring>
#include <string>
#include <utility>

#include "core/preprocessing.h"
#include "error.h"
#include "kernels/half/half.h"
#include "model_generated.h"
#include "writer/codes.h"

namespace bitdown::builder {
namespace {

std::string text(const flatbuffers::String* string) {
  return string == nullptr ? std::string() : string->str();
}

template <typename T>
std::vector<T> numbers(const flatbuffers::Vector<T>* vector) {
  return vector == nullptr ? std::vector<T>() : std::vector<T>(vector->begin(), vector->end());
}

std::vector<float> from_halves(const std::uint8_t* bytes, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, bytes + i * sizeof(half), sizeof(half));
    values[i] = kernels::half_to_float(half);
  }
  return values;
}

class BlobReader {
 public:
  explicit BlobReader(const schema::Model& model) : model_(model) {}

  StoredNetwork read() {
    Graph& graph = result_.graph;
    for (const schema::Value* value : *model_.values()) graph.values.push_back(read_value(*value));
    for (const schema::Operator* op : *model_.operators()) graph.nodes.push_back(read_node(*op));
    graph.inputs = numbers(model_.inputs());
    graph.outputs = numbers(model_.outputs());
    if (const schema::Preprocessing* stored = model_.preprocessing()) {
      graph.preprocessing = read_preprocessing(*stored);
    }
    if (model_.labels() != nullptr) {
      for (const flatbuffers::String* label : *model_.labels()) graph.labels.push_back(text(label));
    }
    graph.provenance = read_provenance();
    graph.golden = read_golden();
    return std::move(result_);
  }

 private:
  [[noreturn]] static void fail(const std::string& place, const char* what) {
    throw Error(StatusCode::kUnsupported, place + ": " + what);
  }

  static Value read_value(const schema::Value& value) {
    Value result{text(value.name()), numbers(value.shape())};
    if (const schema::ActivationRange* range = value.range()) {
      result.range = ActivationRange{range->min(), range->max()};
    }
    return result;
  }

  static std::vector<float> read_float_tensor(const schema::Tensor& tensor) {
    std::vector<float> values(tensor.data()->size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), tensor.data()->data(), tensor.data()->size());
    return values;
  }

  /// Of the weights, so it counts for the precision.
  std::vector<float> read_tensor(const schema::Tensor* tensor) {
    if (tensor == nullptr) return {};
    if (tensor->element_type() == schema::ElementType::float16) {
      return from_halves(tensor->data()->data(), tensor->data()->size() / 2);
    }
    result_.precision = DensePrecision::kFloat32;
    return read_float_tensor(*tensor);
  }

  Weights read_coded(const schema::CodedWeights& coded, std::uint32_t rows, std::uint32_t columns) {
    const schema::Codebook& codebook = *model_.codebooks()->Get(coded.codebook());
    CodedMatrix matrix{rows, columns, codebook.block_size(), {}, {}};
    matrix.codebook = from_halves(codebook.values()->Data(), codebook.values()->size());
    matrix.codes =
        join_codes({coded.code_bits(), numbers(coded.codes()), numbers(coded.high_bits())});
    return matrix;
  }

  /// Of a convolution or linear layer with `rows` outputs and `columns` weights for each.
  template <typename Layer>
  Weights read_weights(const Layer& layer, std::uint32_t rows, std::uint32_t columns) {
    if (const schema::CodedWeights* coded = layer.weights_as_CodedWeights()) {
      return read_coded(*coded, rows, columns);
    }
    return DenseMatrix{rows, columns, read_tensor(layer.weights_as_DenseWeights()->values())};
  }

  template <typename Window>
  static void refuse_rectangles(const Window& window, const std::string& place) {
    if (window.kernel_h() != window.kernel_w() || window.stride_h() != window.stride_w() ||
        window.padding_h() != window.padding_w()) {
      fail(place, "kernel, stride or padding is not square");
    }
  }

  std::uint32_t channels(std::uint32_t value) const {
    return model_.values()->Get(value)->shape()->Get(0);
  }

  Operator read_convolution(const schema::Operator& op, const std::string& place) {
    const schema::Convolution& stored = *op.parameters_as_Convolution();
    refuse_rectangles(stored, place);
    const std::uint32_t kernel = stored.kernel_h();
    const std::uint32_t columns = channels(op.inputs()->Get(0)) / stored.groups() * kernel * kernel;
    Convolution convolution;
    convolution.weights = read_weights(stored, channels(op.outputs()->Get(0)), columns);
    convolution.scale = read_tensor(stored.scale());
    convolution.shift = read_tensor(stored.shift());
    convolution.kernel = kernel;
    convolution.stride = stored.stride_h();
    convolution.padding = stored.padding_h();
    convolution.relu = stored.activation() == schema::Activation::relu;
    return convolution;
  }

  Operator read_operator(const schema::Operator& op, const std::string& place) {
    switch (op.parameters_type()) {
      case schema::Parameters::Convolution:
        return read_convolution(op, place);
      case schema::Parameters::Linear: {
        const schema::Linear& stored = *op.parameters_as_Linear();
        Weights weights =
            read_weights(stored, channels(op.outputs()->Get(0)), channels(op.inputs()->Get(0)));
        return Linear{std::move(weights), read_tensor(stored.bias())};
      }
      case schema::Parameters::MaxPool: {
        const schema::MaxPool& stored = *op.parameters_as_MaxPool();
        refuse_rectangles(stored, place);
        return MaxPool{stored.kernel_h(), stored.stride_h(), stored.padding_h()};
      }
      case schema::Parameters::GlobalAveragePool:
        return GlobalAveragePool{};
      case schema::Parameters::Softmax:
        return Softmax{};
      case schema::Parameters::NONE:
        break;
    }
    fail(place, "an operator that the builder does not know");
  }

  Node read_node(const schema::Operator& op) {
    const std::string name = text(op.name());
    return {name, numbers(op.inputs()), op.outputs()->Get(0),
            read_operator(op, "operator '" + name + "'")};
  }

  Provenance read_provenance() const {
    const schema::Provenance* stored = model_.provenance();
    if (stored == nullptr) return {};
    return {text(stored->source_file()), text(stored->source_sha256()),
            text(stored->source_format()), text(stored->architecture()),
            text(stored->tool_version())};
  }

  std::optional<Golden> read_golden() const {
    const schema::Golden* stored = model_.golden();
    if (stored == nullptr) return std::nullopt;
    Golden golden;
    if (stored->input() != nullptr) golden.input = read_float_tensor(*stored->input());
    golden.output = read_float_tensor(*stored->output());
    golden.tolerance = stored->tolerance();
    return golden;
  }

  const schema::Model& model_;
  StoredNetwork result_;
};

}  // namespace

StoredNetwork read_blob(const schema::Model& model) {
  return BlobReader(model).read();
}

}  // namespace bitdown::builder
