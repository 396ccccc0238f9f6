// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

// Feeds damaged copies of one file to a fuzz target, for compilers and machines without libFuzzer:
//   driver FILE flips           every byte, with each of its bits and all of them inverted
//   driver FILE mutations N     N times 1 to 8 random bytes replaced; half of them near the file's
//                               ends, where the structure of a blob is
//   driver FILE truncations N   N lengths, spread evenly with random jitter
// A crash prints nothing more than the sanitizer does; the seed (BITDOWN_SEED) stands on top.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

void flips(Bytes bytes) {
  for (std::uint8_t& byte : bytes) {
    const std::uint8_t original = byte;
    for (const unsigned mask : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 255u}) {
      byte = static_cast<std::uint8_t>(original ^ mask);
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    byte = original;
  }
}

std::size_t place(std::mt19937& random, std::size_t size) {
  constexpr std::size_t kEnd = 32768;
  const std::size_t near = random() % std::min(size, kEnd);
  switch (random() % 4) {
    case 0:
      return near;
    case 1:
      return size - 1 - near;
    default:
      return random() % size;
  }
}

void mutations(const Bytes& bytes, unsigned long count, std::mt19937& random) {
  Bytes mutated = bytes;
  for (unsigned long i = 0; i < count; ++i) {
    std::vector<std::size_t> changed(1 + random() % 8);
    for (std::size_t& at : changed) {
      at = place(random, bytes.size());
      mutated[at] = static_cast<std::uint8_t>(random());
    }
    LLVMFuzzerTestOneInput(mutated.data(), mutated.size());
    for (const std::size_t at : changed) mutated[at] = bytes[at];
  }
}

void truncations(const Bytes& bytes, unsigned long count, std::mt19937& random) {
  for (unsigned long i = 0; i < count; ++i) {
    const std::size_t step = bytes.size() / count + 1;
    const std::size_t length = std::min(i * step + random() % step, bytes.size() - 1);
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    LLVMFuzzerTestOneInput(cut.data(), cut.size());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s FILE flips | mutations N | truncations N\n", argv[0]);
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const Bytes bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty()) {
    std::printf("skipped: %s is missing or empty\n", argv[1]);
    return 77;
  }
  const char* text = std::getenv("BITDOWN_SEED");
  const auto seed =
      static_cast<std::uint32_t>(text == nullptr ? 1 : std::strtoul(text, nullptr, 10));
  std::printf("%s: %zu bytes, %s, seed %u\n", argv[1], bytes.size(), argv[2], seed);
  std::fflush(stdout);
  std::mt19937 random(seed);
  const std::string mode = argv[2];
  const unsigned long count = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  if (mode == "flips") flips(bytes);
  if (mode == "mutations") mutations(bytes, count, random);
  if (mode == "truncations") truncations(bytes, count, random);
  return 0;
}
