// SPDX-License-Identifier: MIT
#include "apps/support/networks.h"

#include <cstdint>
#include <cstring>

namespace bitdown::tests {
namespace {

void append(std::string& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

ModelSpec tiny_spec() {
  ModelSpec spec = valid_spec();
  spec.golden.reset();
  // Codewords that differ, so that classes do: halves of 1 / 16 to 1.
  for (CodebookSpec& codebook : spec.codebooks) {
    for (std::size_t i = 0; i < codebook.values.size(); ++i) {
      codebook.values[i] = static_cast<std::uint16_t>(0x2c00 + i * 173 % 0x1000);
    }
  }
  BulkSpec& codes = spec.operators[kFc].weights.codes;
  for (std::size_t i = 0; i < codes.bytes.size(); ++i) {
    codes.bytes[i] = static_cast<std::uint8_t>(i * 11);
  }
  return spec;
}

ModelSpec calibrated_spec() {
  ModelSpec spec = tiny_spec();
  for (ValueSpec& value : spec.values) value.range = schema::ActivationRange(-4.0f, 4.0f);
  return spec;
}

std::string write_network(const Folder& folder, const ModelSpec& spec, const char* name) {
  const std::vector<std::byte> blob = serialize(spec);
  return folder.write(name, {reinterpret_cast<const char*>(blob.data()), blob.size()});
}

std::string write_photo(const Folder& folder, const char* name, unsigned seed, int width,
                        int height) {
  const int row_bytes = (3 * width + 3) / 4 * 4;
  std::string bytes = "BM";
  append(bytes, static_cast<std::uint32_t>(54 + row_bytes * height), 4);
  append(bytes, 0, 4);
  append(bytes, 54, 4);
  append(bytes, 40, 4);
  append(bytes, static_cast<std::uint32_t>(width), 4);
  append(bytes, static_cast<std::uint32_t>(height), 4);
  append(bytes, 1, 2);
  append(bytes, 24, 2);
  bytes.append(24, '\0');
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < row_bytes; ++i) {
      bytes += static_cast<char>(static_cast<unsigned>(7 * i + 5 * y) * (seed + 1) + 90 * seed);
    }
  }
  return folder.write(name, bytes);
}

std::string npy_bytes(const std::string& shape, const std::vector<float>& values) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
  while ((header.size() + 11) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes = std::string("\x93NUMPY\x01\0", 8);
  append(bytes, static_cast<std::uint32_t>(header.size()), 2);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return bytes;
}

std::vector<float> npy_values(const std::string& bytes) {
  const std::size_t begin = 10 + static_cast<unsigned char>(bytes.at(8)) +
                            256 * std::size_t{static_cast<unsigned char>(bytes.at(9))};
  std::vector<float> values((bytes.size() - begin) / sizeof(float));
  std::memcpy(values.data(), bytes.data() + begin, values.size() * sizeof(float));
  return values;
}

}  // namespace bitdown::tests
