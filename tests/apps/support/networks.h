// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "schema/model_spec.h"
#include "support/folder.h"

namespace bitdown::tests {

/// Writes model_spec.h's network (3 x 8 x 8 input, classes ant, bee, cat), changed as given, as
/// `name` into `folder`, and returns its path. The network of tiny_spec() answers differently to
/// different photographs.
ModelSpec tiny_spec();
/// The same with activation ranges: it runs in int8, and of its layers conv2 has a choice.
ModelSpec calibrated_spec();
std::string write_network(const Folder& folder, const ModelSpec& spec,
                          const char* name = "tiny.bdn");

/// Writes a 24-bit BMP, which every decoder reads to the same pixels: a gradient that `seed` turns.
std::string write_photo(const Folder& folder, const char* name, unsigned seed = 0, int width = 37,
                        int height = 23);

/// A NumPy file, version 1, of float32 in C order.
std::string npy_bytes(const std::string& shape, const std::vector<float>& values);

/// The numbers of a NumPy file like that.
std::vector<float> npy_values(const std::string& bytes);

}  // namespace bitdown::tests
