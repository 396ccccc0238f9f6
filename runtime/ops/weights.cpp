// SPDX-License-Identifier: MIT
#include "ops/weights.h"

namespace bitdown {

kernels::WeightMatrix make_weights(const schema::Model& model, schema::Weights type,
                                   const void* weights, std::uint32_t rows, std::uint32_t columns) {
  kernels::WeightMatrix matrix;
  matrix.rows = rows;
  matrix.columns = columns;
  if (type == schema::Weights::DenseWeights) {
    const schema::Tensor& values = *static_cast<const schema::DenseWeights*>(weights)->values();
    matrix.dense.values = values.data()->data();
    matrix.dense.half = values.element_type() == schema::ElementType::float16;
    return matrix;
  }
  const auto& coded = *static_cast<const schema::CodedWeights*>(weights);
  const schema::Codebook& codebook = *model.codebooks()->Get(coded.codebook());
  matrix.coded = true;
  matrix.codes.codes = coded.codes()->data();
  matrix.codes.high_bit_count = coded.code_bits() - 8u;
  if (matrix.codes.high_bit_count > 0) matrix.codes.high_bits = coded.high_bits()->data();
  matrix.codes.codebook = codebook.values()->data();
  matrix.codes.entries = codebook.entries();
  matrix.codes.block_size = codebook.block_size();
  return matrix;
}

}  // namespace bitdown
