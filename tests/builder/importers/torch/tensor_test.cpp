// SPDX-License-Identifier: MIT
#include "importers/torch/tensor.h"

#include <cstring>
#include <limits>
#include <string>

#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"

namespace {

using namespace bitdown::builder;
using bitdown::StatusCode;
using bitdown::tests::error_of;
using torch::Checkpoint;
using torch::ElementType;
using torch::Tensor;

using Sizes = std::vector<std::uint64_t>;

/// A checkpoint with one storage of these numbers.
template <typename T>
Checkpoint holding(ElementType type, const std::vector<T>& values) {
  Checkpoint checkpoint;
  checkpoint.pickle.objects.push_back(torch::Storage{type, "0", values.size()});
  checkpoint.unpacked.emplace_back(values.size() * sizeof(T));
  if (!values.empty()) {
    std::memcpy(checkpoint.unpacked[0].data(), values.data(), values.size() * sizeof(T));
  }
  checkpoint.storages["0"] = checkpoint.unpacked[0];
  return checkpoint;
}

Checkpoint counting_to(int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return holding(ElementType::kFloat32, values);
}

std::vector<float> floats(const Checkpoint& checkpoint, const Tensor& tensor) {
  return torch::read_floats(checkpoint, tensor, "w");
}

constexpr std::uint64_t kHuge = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("strides decide the order") {
  const Checkpoint checkpoint = counting_to(12);
  CHECK(floats(checkpoint, {0, 2, {2, 2}, {2, 1}}) == std::vector<float>{2, 3, 4, 5});
  CHECK(floats(checkpoint, {0, 0, {3, 4}, {1, 3}}) ==
        std::vector<float>{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11});
  CHECK(floats(checkpoint, {0, 1, {2, 1, 3}, {6, 99, 2}}) == std::vector<float>{1, 3, 5, 7, 9, 11});
  CHECK(floats(checkpoint, {0, 4, {3}, {0}}) == std::vector<float>{4, 4, 4});
  CHECK(floats(checkpoint, {0, 11, {}, {}}) == std::vector<float>{11});
  CHECK(floats(checkpoint, {0, 0, {5, 0}, {1, 1}}).empty());
}

TEST_CASE("a tensor must lie within its storage, however large its numbers") {
  const Checkpoint checkpoint = counting_to(12);
  const Tensor outside[] = {
      {0, 12, {}, {}},
      {0, 0, {13}, {1}},
      {0, 1, {12}, {1}},
      {0, 0, {2}, {12}},
      {0, 0, {2, 2}, {11, 1}},
      {0, kHuge, {1}, {1}},
      {0, 0, {2}, {kHuge}},
      {0, 0, {3, 3}, {kHuge, kHuge}},
      {0, 0, {kHuge, kHuge}, {0, 0}},
      {0, 0, {100}, {0}},
      {0, 2, {2}, {kHuge * 2}},
      {0, 0, {1u << 31, 1u << 31, 4}, {0, 0, 0}},
  };
  for (const Tensor& tensor : outside) {
    CAPTURE(torch::shape_text(tensor.shape));
    const auto failure = error_of([&] { floats(checkpoint, tensor); });
    CHECK(failure.code == StatusCode::kInvalidData);
    CHECK(failure.says("storage"));
  }
  const Checkpoint empty = counting_to(0);
  CHECK(error_of([&] { floats(empty, {0, 0, {}, {}}); }).says("outside its storage"));
}

TEST_CASE("every floating-point type is read") {
  const Tensor two{0, 0, {2}, {1}};
  const std::vector<float> expected = {1.5f, -2.0f};
  CHECK(floats(holding(ElementType::kFloat16, std::vector<std::uint16_t>{0x3e00, 0xc000}), two) ==
        expected);
  CHECK(floats(holding(ElementType::kBFloat16, std::vector<std::uint16_t>{0x3fc0, 0xc000}), two) ==
        expected);
  CHECK(floats(holding(ElementType::kFloat32, std::vector<float>{1.5f, -2.0f}), two) == expected);
  const Checkpoint doubles = holding(ElementType::kFloat64, std::vector<double>{1.5, -2.0});
  CHECK(floats(doubles, two) == expected);
  CHECK(torch::read_doubles(doubles, two, "w") == std::vector<double>{1.5, -2.0});
  const Checkpoint codes = holding(ElementType::kUInt8, std::vector<std::uint8_t>{1, 2});
  CHECK(error_of([&] { floats(codes, two); }).says("w: not of a floating-point type"));
}

TEST_CASE("numbers that float32 cannot hold are refused, with their place") {
  const Tensor two{0, 0, {2}, {1}};
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, 1e39}) {
    const Checkpoint checkpoint = holding(ElementType::kFloat64, std::vector<double>{0, bad});
    const auto failure = error_of([&] { floats(checkpoint, two); });
    CHECK(failure.code == StatusCode::kInvalidData);
    CHECK(failure.message == "w: element 1 is not finite");
  }
}

TEST_CASE("codes of every integer type are read and stay below the limit") {
  const Tensor two{0, 0, {2}, {1}};
  const auto codes = [&](const Checkpoint& checkpoint, std::uint32_t limit) {
    return torch::read_codes(checkpoint, two, limit, "c");
  };
  const std::vector<std::uint16_t> expected = {5, 100};
  CHECK(codes(holding(ElementType::kUInt8, std::vector<std::uint8_t>{5, 100}), 101) == expected);
  CHECK(codes(holding(ElementType::kInt8, std::vector<std::int8_t>{5, 100}), 101) == expected);
  CHECK(codes(holding(ElementType::kInt16, std::vector<std::int16_t>{5, 100}), 101) == expected);
  CHECK(codes(holding(ElementType::kInt32, std::vector<std::int32_t>{5, 100}), 101) == expected);
  const Checkpoint longs = holding(ElementType::kInt64, std::vector<std::int64_t>{5, 100});
  CHECK(codes(longs, 101) == expected);
  CHECK(error_of([&] { codes(longs, 100); }).says("c: code 100 at 1"));

  const Checkpoint largest = holding(ElementType::kInt32, std::vector<std::int32_t>{0, 65535});
  CHECK(codes(largest, 65536) == std::vector<std::uint16_t>{0, 65535});
  const Checkpoint wrapping = holding(ElementType::kInt64, std::vector<std::int64_t>{0, 65536});
  CHECK(error_of([&] { codes(wrapping, 65536); }).says("code 65536"));
  const Checkpoint negative = holding(ElementType::kInt16, std::vector<std::int16_t>{-1, 0});
  CHECK(error_of([&] { codes(negative, 1024); }).says("c: code -1 at 0"));
  const Checkpoint halves = holding(ElementType::kFloat16, std::vector<std::uint16_t>{0, 0});
  CHECK(error_of([&] { codes(halves, 8); }).says("not of an integer type"));
}
