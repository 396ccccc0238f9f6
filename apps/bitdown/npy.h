// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace bitdown::apps {

/// An array in NumPy's file format (versions 1 and 2; little-endian float32 in C order only).
struct Npy {
  std::vector<std::size_t> shape;
  std::vector<float> values;  ///< As many as the shape implies.
};

/// The shape alone, from the header: whoever refuses it has not read the data. Throws Failure:
/// kInputMissing, kInputInvalid (not NumPy, truncated, trailing bytes) or kUnsupported (another
/// version, element type or order).
std::vector<std::size_t> read_npy_shape(const std::filesystem::path& path);

/// Throws Failure as read_npy_shape does, and kInputInvalid for NaN and infinity.
Npy read_npy(const std::filesystem::path& path);

/// Writes all or nothing. Throws Failure(kOutput).
void write_npy(const std::filesystem::path& path, const Npy& array);

/// "(4, 3, 224, 224)"
std::string shape_text(const std::vector<std::size_t>& shape);

}  // namespace bitdown::apps
