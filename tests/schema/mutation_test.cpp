// SPDX-License-Identifier: MIT
//
// Damaged blobs: what matters beside the assertions is that AddressSanitizer stays silent. Running
// what passes is tested with the session.
#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "doctest/doctest.h"
#include "schema/check.h"
#include "schema/model_spec.h"
#include "support/aligned_blob.h"
#include "support/random.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace bitdown::tests {
namespace {

std::vector<std::vector<std::byte>> small_blobs() {
  return {write_blob(smallest_network(), builder::DensePrecision::kFloat16),
          serialize(valid_spec())};
}

/// Whether the blob passed; a failure must be of the documented kind and say something.
bool check_damaged(std::span<const std::byte> blob) {
  const Status status = schema::check(blob).status();
  if (status.ok()) return true;
  const bool documented =
      status.code() == StatusCode::kInvalidData || status.code() == StatusCode::kUnsupported;
  REQUIRE(documented);
  REQUIRE(std::strlen(status.message()) > 0);
  return false;
}

TEST_CASE("every flip of one byte gives a status or a valid blob") {
  for (const auto& original : small_blobs()) {
    REQUIRE(original.size() < 6 * 1024);
    AlignedBlob blob(original);
    std::size_t refused = 0;
    for (std::byte& byte : blob.bytes()) {
      const std::byte before = byte;
      for (const unsigned flip : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 255u}) {
        byte = before ^ static_cast<std::byte>(flip);
        refused += check_damaged(blob.bytes()) ? 0 : 1;
      }
      byte = before;
    }
    CHECK(check_damaged(blob.bytes()));
    CHECK(refused > original.size());  // Of nine flips a byte, more than one on average is seen.
  }
}

TEST_CASE("no truncation passes") {
  for (const auto& original : small_blobs()) {
    for (std::size_t size = 0; size < original.size(); ++size) {
      AlignedBlob blob{std::span(original).first(size)};
      CAPTURE(size);
      REQUIRE_FALSE(check_damaged(blob.bytes()));
    }
  }
}

/// Overwrites, as fuzzers do, 1 to 4 places with a random or an extreme number of 1, 2 or 4 bytes.
void mutate(std::span<std::byte> blob, std::mt19937& random) {
  static constexpr std::uint32_t kExtremes[] = {0,          1,          0x7f,       0x80,
                                                0xff,       0x7fff,     0x8000,     0xffff,
                                                0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff};
  for (unsigned places = 1 + random() % 4; places > 0; --places) {
    const std::size_t width = std::size_t{1} << random() % 3;
    const std::size_t at = random() % (blob.size() - width);
    std::uint32_t number = static_cast<std::uint32_t>(random());
    if (random() % 2 == 0) number = kExtremes[random() % std::size(kExtremes)];
    std::memcpy(blob.data() + at, &number, width);
  }
}

TEST_CASE("random mutations give a status or a valid blob") {
  const std::uint32_t seed = test_seed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (const auto& original : small_blobs()) {
    AlignedBlob blob(original);
    for (int i = 0; i < 20000; ++i) {
      std::ranges::copy(original, blob.bytes().begin());
      mutate(blob.bytes(), random);
      check_damaged(blob.bytes());
    }
  }
}

}  // namespace
}  // namespace bitdown::tests
