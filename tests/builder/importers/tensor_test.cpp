// SPDX-License-Identifier: MIT
#include "importers/tensor.h"

#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"

namespace {

using namespace bitdown::builder;
using bitdown::StatusCode;
using bitdown::tests::error_of;

using Sizes = std::vector<std::uint64_t>;

/// Numbers as a file has them.
struct Storage {
  ElementType type;
  std::vector<std::byte> bytes;

  TensorView view(std::uint64_t offset, Sizes shape, Sizes strides) const {
    return {type, bytes, offset, std::move(shape), std::move(strides)};
  }
};

template <typename T>
Storage holding(ElementType type, const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {type, {bytes.begin(), bytes.end()}};
}

Storage counting_to(int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return holding(ElementType::kFloat32, values);
}

std::vector<float> floats(const Storage& storage, std::uint64_t offset, Sizes shape,
                          Sizes strides) {
  return read_floats(storage.view(offset, std::move(shape), std::move(strides)), "w");
}

std::vector<float> two_floats(const Storage& storage) {
  return floats(storage, 0, {2}, {1});
}

constexpr std::uint64_t kHuge = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("strides decide the order") {
  const Storage numbers = counting_to(12);
  CHECK(floats(numbers, 2, {2, 2}, {2, 1}) == std::vector<float>{2, 3, 4, 5});
  CHECK(floats(numbers, 0, {3, 4}, {1, 3}) ==
        std::vector<float>{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11});
  CHECK(floats(numbers, 1, {2, 1, 3}, {6, 99, 2}) == std::vector<float>{1, 3, 5, 7, 9, 11});
  CHECK(floats(numbers, 4, {3}, {0}) == std::vector<float>{4, 4, 4});
  CHECK(floats(numbers, 11, {}, {}) == std::vector<float>{11});
  CHECK(floats(numbers, 0, {5, 0}, {1, 1}).empty());
}

TEST_CASE("a tensor must lie within its storage, however large its numbers") {
  const Storage numbers = counting_to(12);
  const TensorView outside[] = {
      numbers.view(12, {}, {}),
      numbers.view(0, {13}, {1}),
      numbers.view(1, {12}, {1}),
      numbers.view(0, {2}, {12}),
      numbers.view(0, {2, 2}, {11, 1}),
      numbers.view(kHuge, {1}, {1}),
      numbers.view(0, {2}, {kHuge}),
      numbers.view(0, {3, 3}, {kHuge, kHuge}),
      numbers.view(0, {kHuge, kHuge}, {0, 0}),
      numbers.view(0, {100}, {0}),
      numbers.view(2, {2}, {kHuge * 2}),
      numbers.view(0, {1u << 31, 1u << 31, 4}, {0, 0, 0}),
  };
  for (const TensorView& tensor : outside) {
    CAPTURE(shape_text(tensor.shape));
    const auto failure = error_of([&] { read_floats(tensor, "w"); });
    CHECK(failure.code == StatusCode::kInvalidData);
    CHECK(failure.says("storage"));
  }
  const Storage empty = counting_to(0);
  CHECK(error_of([&] { floats(empty, 0, {}, {}); }).says("outside its storage"));
}

TEST_CASE("every floating-point type is read") {
  const std::vector<float> expected = {1.5f, -2.0f};
  CHECK(two_floats(holding(ElementType::kFloat16, std::vector<std::uint16_t>{0x3e00, 0xc000})) ==
        expected);
  CHECK(two_floats(holding(ElementType::kBFloat16, std::vector<std::uint16_t>{0x3fc0, 0xc000})) ==
        expected);
  CHECK(two_floats(holding(ElementType::kFloat32, std::vector<float>{1.5f, -2.0f})) == expected);
  const Storage doubles = holding(ElementType::kFloat64, std::vector<double>{1.5, -2.0});
  CHECK(two_floats(doubles) == expected);
  CHECK(read_doubles(doubles.view(0, {2}, {1}), "w") == std::vector<double>{1.5, -2.0});
  const Storage codes = holding(ElementType::kUInt8, std::vector<std::uint8_t>{1, 2});
  CHECK(error_of([&] { two_floats(codes); }).says("w: not of a floating-point type"));
}

TEST_CASE("numbers that float32 cannot hold are refused, with their place") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, 1e39}) {
    const Storage numbers = holding(ElementType::kFloat64, std::vector<double>{0, bad});
    const auto failure = error_of([&] { two_floats(numbers); });
    CHECK(failure.code == StatusCode::kInvalidData);
    CHECK(failure.message == "w: element 1 is not finite");
  }
}

TEST_CASE("codes of every integer type are read and stay below the limit") {
  const auto codes = [&](const Storage& storage, std::uint32_t limit) {
    return read_codes(storage.view(0, {2}, {1}), limit, "c");
  };
  const std::vector<std::uint16_t> expected = {5, 100};
  CHECK(codes(holding(ElementType::kUInt8, std::vector<std::uint8_t>{5, 100}), 101) == expected);
  CHECK(codes(holding(ElementType::kInt8, std::vector<std::int8_t>{5, 100}), 101) == expected);
  CHECK(codes(holding(ElementType::kInt16, std::vector<std::int16_t>{5, 100}), 101) == expected);
  CHECK(codes(holding(ElementType::kInt32, std::vector<std::int32_t>{5, 100}), 101) == expected);
  const Storage longs = holding(ElementType::kInt64, std::vector<std::int64_t>{5, 100});
  CHECK(codes(longs, 101) == expected);
  CHECK(error_of([&] { codes(longs, 100); }).says("c: code 100 at 1"));

  const Storage largest = holding(ElementType::kInt32, std::vector<std::int32_t>{0, 65535});
  CHECK(codes(largest, 65536) == std::vector<std::uint16_t>{0, 65535});
  const Storage wrapping = holding(ElementType::kInt64, std::vector<std::int64_t>{0, 65536});
  CHECK(error_of([&] { codes(wrapping, 65536); }).says("code 65536"));
  const Storage negative = holding(ElementType::kInt16, std::vector<std::int16_t>{-1, 0});
  CHECK(error_of([&] { codes(negative, 1024); }).says("c: code -1 at 0"));
  const Storage halves = holding(ElementType::kFloat16, std::vector<std::uint16_t>{0, 0});
  CHECK(error_of([&] { codes(halves, 8); }).says("not of an integer type"));
  const Storage bools = holding(ElementType::kBool, std::vector<std::uint8_t>{0, 1});
  CHECK(error_of([&] { codes(bools, 8); }).says("not of an integer type"));
}

TEST_CASE("integers keep all their bits, and bools are 0 and 1") {
  const std::vector<std::int64_t> numbers = {-1, std::numeric_limits<std::int64_t>::max()};
  CHECK(read_integers(holding(ElementType::kInt64, numbers).view(0, {2}, {1}), "n") == numbers);
  const Storage bools = holding(ElementType::kBool, std::vector<std::uint8_t>{0, 1});
  CHECK(read_integers(bools.view(0, {2}, {1}), "n") == std::vector<std::int64_t>{0, 1});
}

TEST_CASE("a contiguous view has its elements in row-major order") {
  const Storage numbers = counting_to(6);
  const TensorView view = contiguous_view(ElementType::kFloat32, numbers.bytes, {2, 3});
  CHECK(view.strides == Sizes{3, 1});
  CHECK(read_floats(view, "w") == std::vector<float>{0, 1, 2, 3, 4, 5});
}
