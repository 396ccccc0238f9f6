// SPDX-License-Identifier: MIT
#include "importers/pqf.h"

#include "importers/layers.h"

namespace bitdown::builder {
namespace {

Weights read_weights(StateDict& dict, const std::string& layer, const LayerShape& shape) {
  if (dict.has(layer + ".weight")) return read_dense(dict, layer, shape);
  CodedMatrix matrix = read_codebook(dict, layer + ".codebook", shape);
  matrix.codes =
      dict.codes(layer + ".codes_matrix", {matrix.rows, matrix.blocks()}, matrix.entries());
  return matrix;
}

}  // namespace

const Dialect kPqf = {
    "pqf", [](const StateDict& dict) { return any_key_ends_with(dict, ".codes_matrix"); },
    read_weights, read_folded, plain_bias_key};

}  // namespace bitdown::builder
