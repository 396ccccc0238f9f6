// SPDX-License-Identifier: MIT
#include "schema/check_operators.h"

#include "schema/check.h"
#include "schema/place.h"

namespace bitdown::schema {
namespace {

using Shape = flatbuffers::Vector<std::uint32_t>;

Status invalid(const char* message) {
  return Status(StatusCode::kInvalidData, message);
}
Status unsupported(const char* message) {
  return Status(StatusCode::kUnsupported, message);
}

/// One axis of a sliding window.
struct Window {
  std::uint32_t kernel;
  std::uint32_t stride;
  std::uint32_t padding;
};

bool same_shape(const Shape& a, const Shape& b) {
  if (a.size() != b.size()) return false;
  bool same = true;
  for (std::uint32_t i = 0; i < a.size(); ++i) same &= a.Get(i) == b.Get(i);
  return same;
}

Status check_window(const Window& window, std::uint32_t in, std::uint32_t out) {
  if (window.kernel < 1 || window.kernel > Limits::kKernel) {
    return invalid("kernel: must be between 1 and 64");
  }
  if (window.stride < 1 || window.stride > Limits::kStride) {
    return invalid("stride: must be between 1 and 64");
  }
  // Otherwise a window could lie in the padding alone.
  if (window.padding >= window.kernel) return invalid("padding: must be below the kernel size");
  const std::uint32_t padded = in + 2 * window.padding;
  if (padded < window.kernel) return invalid("kernel: larger than the padded input");
  if ((padded - window.kernel) / window.stride + 1 != out) {
    return invalid("outputs: shape is not what kernel, stride and padding give");
  }
  return {};
}

/// The operator under check with the shapes that its indices refer to.
class OperatorChecker {
 public:
  OperatorChecker(const Model& model, const Operator& op, BulkChecker& bulk)
      : model_(model), op_(op), bulk_(bulk) {}

  Status check() {
    switch (op_.parameters_type()) {
      case Parameters::Convolution:
        return check_convolution(*op_.parameters_as_Convolution());
      case Parameters::Linear:
        return check_linear(*op_.parameters_as_Linear());
      case Parameters::MaxPool:
        return check_max_pool(*op_.parameters_as_MaxPool());
      case Parameters::GlobalAveragePool:
        return check_global_average_pool();
      case Parameters::Softmax:
        return check_softmax();
      case Parameters::NONE:
        return invalid("parameters: missing");
    }
    return unsupported("parameters: unknown operator");
  }

 private:
  const Shape& input(std::uint32_t i) const { return shape(op_.inputs()->Get(i)); }
  const Shape& output() const { return shape(op_.outputs()->Get(0)); }
  const Shape& shape(std::uint32_t value) const { return *model_.values()->Get(value)->shape(); }

  Status check_arity(std::uint32_t max_inputs, std::uint32_t rank_in, std::uint32_t rank_out) {
    const std::uint32_t inputs = op_.inputs()->size();
    if (inputs < 1 || inputs > max_inputs) return invalid("inputs: wrong number");
    if (op_.outputs()->size() != 1) return invalid("outputs: wrong number");
    if (input(0).size() != rank_in) return invalid("inputs: wrong number of dimensions");
    if (output().size() != rank_out) return invalid("outputs: wrong number of dimensions");
    return {};
  }

  Status check_windows(const Window& vertical, const Window& horizontal) {
    BITDOWN_RETURN_IF_ERROR(check_window(vertical, input(0).Get(1), output().Get(1)));
    return check_window(horizontal, input(0).Get(2), output().Get(2));
  }

  Status check_convolution(const Convolution& op) {
    BITDOWN_RETURN_IF_ERROR(check_arity(2, 3, 3));
    BITDOWN_RETURN_IF_ERROR(check_windows({op.kernel_h(), op.stride_h(), op.padding_h()},
                                          {op.kernel_w(), op.stride_w(), op.padding_w()}));
    if (op.groups() != 1) return unsupported("groups: only 1 is supported");
    if (op.activation() != Activation::none && op.activation() != Activation::relu) {
      return unsupported("activation: unknown");
    }
    if (op_.inputs()->size() == 2 && !same_shape(input(1), output())) {
      return invalid("inputs: residual is not shaped like the output");
    }
    const std::uint64_t rows = output().Get(0);
    const std::uint64_t columns = std::uint64_t{input(0).Get(0)} * op.kernel_h() * op.kernel_w();
    BITDOWN_RETURN_IF_ERROR(bulk_.check_weights(op.weights_type(), op.weights(), rows, columns));
    BITDOWN_RETURN_IF_ERROR(bulk_.check_scale(op.scale(), rows));
    return bulk_.check_shift(op.shift(), rows);
  }

  Status check_linear(const Linear& op) {
    BITDOWN_RETURN_IF_ERROR(check_arity(1, 1, 1));
    const std::uint64_t rows = output().Get(0);
    BITDOWN_RETURN_IF_ERROR(
        bulk_.check_weights(op.weights_type(), op.weights(), rows, input(0).Get(0)));
    return bulk_.check_bias(op.bias(), rows);
  }

  Status check_max_pool(const MaxPool& op) {
    BITDOWN_RETURN_IF_ERROR(check_arity(1, 3, 3));
    BITDOWN_RETURN_IF_ERROR(check_windows({op.kernel_h(), op.stride_h(), op.padding_h()},
                                          {op.kernel_w(), op.stride_w(), op.padding_w()}));
    return check_same_channels();
  }

  Status check_global_average_pool() {
    BITDOWN_RETURN_IF_ERROR(check_arity(1, 3, 1));
    return check_same_channels();
  }

  Status check_softmax() {
    BITDOWN_RETURN_IF_ERROR(check_arity(1, 1, 1));
    return check_same_channels();
  }

  Status check_same_channels() {
    return input(0).Get(0) == output().Get(0)
               ? Status()
               : invalid("outputs: number of channels differs from the input's");
  }

  const Model& model_;
  const Operator& op_;
  BulkChecker& bulk_;
};

}  // namespace

Status check_operators(const Model& model, BulkChecker& bulk) {
  for (std::uint32_t i = 0; i < model.operators()->size(); ++i) {
    const Operator& op = *model.operators()->Get(i);
    const Status status = OperatorChecker(model, op, bulk).check();
    if (!status.ok()) return at(status, "operator", i, op.name());
  }
  return {};
}

}  // namespace bitdown::schema
