// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "kernels/simd/unroll.h"

// One position beside a tile of coded.h: it would leave all other lanes of a vector idle. The
// tile's rows lie in lanes instead, and the weights that it broadcasts anyway are multiplied once
// more.
namespace bitdown::kernels {
namespace {

/// What is summed up beside a tile: nothing.
template <typename Simd>
struct NoneBeside {
  void begin() {}
  void take(int, int, typename Simd::Column) {}
  void end_word(int) {}
  void store(std::int32_t*, std::size_t) {}
};

/// Simds that can store the first lane of a vector: one more position costs no vector of positions.
template <typename Simd>
concept StoresLanes = requires(typename Simd::Column words, typename Simd::Word* to) {
  Simd::store_first(words, to);
};

/// The words that kRows rows have been multiplied by, which lie side by side once they come back
/// from memory. Some groups of kWords later, since a load that spans several stores waits until
/// they have left the core.
template <typename Simd, int kRows, int kWords>
struct StoredBeside {
  static_assert(kRows <= Simd::kLanes);
  using Word = typename Simd::Word;
  static constexpr std::uint32_t kBehind = (16 + kWords - 1) / kWords;
  static constexpr std::uint32_t kGroups = std::bit_ceil(kBehind + 1);
  using Group = Word[kWords][Simd::kLanes];
  static constexpr Word kNothing[kWords] = {};

  const Word* words;
  Group* groups;
  std::uint32_t group = 0;
  Group* to = nullptr;
  const Group* from = nullptr;
  const Word* word = nullptr;
  typename Simd::Vector sums = Simd::zero();  ///< Lane r: row r.

  StoredBeside(const void* first, Group* room)
      : words(static_cast<const Word*>(first)), groups(room) {}
  void begin() {
    to = groups + group % kGroups;
    from = groups + (group - kBehind) % kGroups;
    word = group < kBehind ? kNothing : words + std::size_t{group - kBehind} * kWords;
    ++group;
  }
  /// The weight of row r in the w-th word of the group.
  void take(int r, int w, typename Simd::Column weight) { Simd::store_first(weight, &(*to)[w][r]); }
  void end_word(int w) {
    sums = Simd::multiply_add(Simd::load((*from)[w]), Simd::broadcast(word + w), sums);
  }
  /// Row r to c[r * stride], when all words have been taken.
  void store(std::int32_t* c, std::size_t stride) {
    typename Simd::Vector odd = Simd::zero();
    const std::uint32_t first = group - std::min(group, kBehind);
    for (std::uint32_t g = first; g < group; ++g) {
      from = groups + g % kGroups;
      word = words + std::size_t{g} * kWords;
      BITDOWN_UNROLL
      for (int w = 0; w < kWords; ++w) end_word(w);
      std::swap(sums, odd);
    }
    std::int32_t lanes[Simd::kLanes];
    Simd::store_sums(lanes, Simd::add(sums, odd));
    for (int r = 0; r < kRows; ++r) c[r * stride] = lanes[r];
  }
};

/// The same where words come one at a time: masked moves gather them in a register. Where words lie
/// across codewords, AMD's cores take a fifth longer by stores and Intel's a twentieth by moves.
template <typename Simd, int kRows>
struct GatheredBeside {
  static_assert(kRows <= Simd::kLanes);
  const typename Simd::Word* words;
  typename Simd::Lane lanes[kRows];
  typename Simd::Vector sums = Simd::zero();  ///< Lane r: row r.
  typename Simd::Column rows = {};

  explicit GatheredBeside(const void* first)
      : words(static_cast<const typename Simd::Word*>(first)) {
    BITDOWN_UNROLL
    for (int r = 1; r < kRows; ++r) lanes[r] = Simd::lane(r);
  }
  void begin() {}
  void take(int r, int, typename Simd::Column weight) {
    rows = r == 0 ? weight : Simd::pick(rows, weight, lanes[r]);
  }
  void end_word(int) { sums = Simd::multiply_add(rows, Simd::broadcast(words++), sums); }
  void store(std::int32_t* c, std::size_t stride) {
    std::int32_t sum[Simd::kLanes];
    Simd::store_sums(sum, sums);
    for (int r = 0; r < kRows; ++r) c[r * stride] = sum[r];
  }
};

}  // namespace
}  // namespace bitdown::kernels
