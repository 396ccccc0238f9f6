// SPDX-License-Identifier: MIT
#include "writer/codes.h"

#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using builder::CodePlanes;
using builder::split_codes;
using builder::stored_code_bits;

TEST_CASE("codes take the bits that K needs, at least a byte") {
  CHECK(stored_code_bits(1) == 8);
  CHECK(stored_code_bits(2) == 8);
  CHECK(stored_code_bits(256) == 8);
  CHECK(stored_code_bits(257) == 9);
  CHECK(stored_code_bits(512) == 9);
  CHECK(stored_code_bits(513) == 10);
  CHECK(stored_code_bits(1024) == 10);
  CHECK(stored_code_bits(2048) == 11);
  CHECK(stored_code_bits(65536) == 16);
}

TEST_CASE("byte codes have one plane") {
  const CodePlanes planes = split_codes({0, 7, 255}, 256);
  CHECK(planes.low == std::vector<std::uint8_t>{0, 7, 255});
  CHECK(planes.high.empty());
}

TEST_CASE("high bits are packed from the least significant bit on") {
  // High parts 0, 1, 2, 3 and 1 of two bits each; the second byte's unused bits are zero.
  const CodePlanes ten = split_codes({0x000, 0x1ff, 0x280, 0x301, 0x102}, 1024);
  CHECK(ten.code_bits == 10);
  CHECK(ten.low == std::vector<std::uint8_t>{0x00, 0xff, 0x80, 0x01, 0x02});
  CHECK(ten.high == std::vector<std::uint8_t>{0b11100100, 0b00000001});

  // Parts of three bits cross bytes: 5, 2, 6 are 110'010'101.
  const CodePlanes eleven = split_codes({0x500, 0x200, 0x6aa}, 2048);
  CHECK(eleven.high == std::vector<std::uint8_t>{0b10010101, 0b00000001});
}

TEST_CASE("what is split can be joined, at every width") {
  for (unsigned bits = 8; bits <= 16; ++bits) {
    CAPTURE(bits);
    std::vector<std::uint16_t> codes;
    for (unsigned i = 0; i < 100; ++i) {
      codes.push_back(static_cast<std::uint16_t>(i * 40503u % (1u << bits)));
    }
    CHECK(builder::join_codes(split_codes(codes, 1u << bits)) == codes);
  }
}

}  // namespace
}  // namespace bitdown::tests
