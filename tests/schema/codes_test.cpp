// SPDX-License-Identifier: MIT
#include "schema/codes.h"

#include <random>

#include "doctest/doctest.h"
#include "writer/codes.h"

namespace bitdown::tests {
namespace {

/// codes_below on the stored form of `codes`.
bool stored_codes_below(const std::vector<std::uint16_t>& codes, std::uint32_t stored_entries,
                        std::uint32_t entries) {
  const builder::CodePlanes planes = builder::split_codes(codes, stored_entries);
  flatbuffers::FlatBufferBuilder fbb;
  fbb.Finish(schema::CreateCodedWeightsDirect(fbb, 0, planes.code_bits, schema::BlockAxis::columns,
                                              schema::CodeOrder::row_major, &planes.low,
                                              &planes.high));
  const auto* weights = flatbuffers::GetRoot<schema::CodedWeights>(fbb.GetBufferPointer());
  return schema::codes_below(*weights, codes.size(), entries);
}

TEST_CASE("the largest code decides, in every width and at every position") {
  const unsigned seed = 20240607;
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (std::uint32_t bits = 8; bits <= 16; ++bits) {
    const std::uint32_t stored_entries = 1u << bits;
    const std::uint32_t entries = stored_entries - stored_entries / 3;
    for (std::size_t count = 1; count <= 20; ++count) {
      std::vector<std::uint16_t> codes(count);
      for (auto& code : codes) code = static_cast<std::uint16_t>(random() % entries);
      CAPTURE(bits);
      CAPTURE(count);
      CHECK(stored_codes_below(codes, stored_entries, entries));
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint16_t before = codes[i];
        codes[i] = static_cast<std::uint16_t>(entries);
        CHECK_FALSE(stored_codes_below(codes, stored_entries, entries));
        codes[i] = before;
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::tests
