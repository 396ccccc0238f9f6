// SPDX-License-Identifier: MIT
#include "importers/ktb.h"

#include "importers/failure.h"
#include "importers/layers.h"

namespace bitdown::builder {
namespace {

void expect_equal(const std::string& key, std::int64_t found, std::int64_t expected) {
  if (found == expected) return;
  fail_invalid(in_quotes(key) + " is " + std::to_string(found) + " instead of " +
               std::to_string(expected));
}

Weights read_weights(StateDict& dict, const std::string& layer, const LayerShape& shape) {
  if (dict.has(layer + ".weight")) return read_dense(dict, layer, shape);
  CodedMatrix matrix = read_codebook(dict, layer + ".centroids", shape);
  const std::uint32_t blocks = matrix.blocks();
  expect_equal(layer + ".n_blocks", dict.integer(layer + ".n_blocks"), blocks);
  expect_equal(layer + ".k", dict.integer(layer + ".k"), shape.kernel);
  expect_equal(layer + ".is_conv", dict.boolean(layer + ".is_conv"), !shape.linear);

  const std::uint64_t count = std::uint64_t{matrix.rows} * blocks;
  const std::vector<std::uint16_t> by_block =
      dict.codes(layer + ".assignments", {count}, matrix.entries());
  matrix.codes.resize(by_block.size());
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    for (std::size_t block = 0; block < blocks; ++block) {
      matrix.codes[row * blocks + block] = by_block[block * matrix.rows + row];
    }
  }
  return matrix;
}

}  // namespace

const Dialect kKtb = {
    "ktb", [](const StateDict& dict) { return any_key_ends_with(dict, ".assignments"); },
    read_weights, read_folded, [](const std::string& layer) { return layer + "_bias.bias"; }};

}  // namespace bitdown::builder
