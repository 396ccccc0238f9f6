// SPDX-License-Identifier: MIT
//
// Writes a tiny network of ours, and a picture for it, for the demo and the package test.
#include <cstdio>
#include <string>
#include <vector>

#include "error.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace {

std::vector<std::byte> gradient(std::size_t width, std::size_t height) {
  const std::string header =
      "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
  std::vector<std::byte> ppm;
  for (const char c : header) ppm.push_back(static_cast<std::byte>(c));
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      ppm.push_back(static_cast<std::byte>(x * 255 / width));
      ppm.push_back(static_cast<std::byte>(y * 255 / height));
      ppm.push_back(static_cast<std::byte>((x ^ y) & 255));
    }
  }
  return ppm;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3 || argv[1][0] == '-') {
    std::fputs("usage: tiny_blob MODEL.bdn [PICTURE.ppm]\n", stderr);
    return 2;
  }
  using bitdown::builder::write_file;
  try {
    const bitdown::builder::Graph graph = bitdown::tests::tiny_network();
    write_file(argv[1], write_blob(graph, bitdown::builder::DensePrecision::kFloat16));
    if (argc == 3) write_file(argv[2], gradient(160, 120));
  } catch (const bitdown::builder::Error& error) {
    std::fprintf(stderr, "tiny_blob: %s\n", error.what());
    return 1;
  }
  return 0;
}
