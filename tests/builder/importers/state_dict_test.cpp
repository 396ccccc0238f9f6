// SPDX-License-Identifier: MIT
#include "importers/state_dict.h"

#include <array>
#include <string>

#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"

namespace {

using namespace bitdown::builder;
using bitdown::StatusCode;
using bitdown::tests::error_of;

constexpr std::array<std::byte, 4> kBytes = {std::byte{7}, std::byte{0}, std::byte{1},
                                             std::byte{2}};

TensorView bytes_as(ElementType type, std::vector<std::uint64_t> shape) {
  return contiguous_view(type, kBytes, std::move(shape));
}

}  // namespace

TEST_CASE("a state dictionary knows what was read") {
  StateDict dict;
  dict.add("b.k", std::int64_t{7});
  dict.add("a.eps", true);
  CHECK(dict.keys() == std::vector<std::string>{"a.eps", "b.k"});
  CHECK(dict.first_unread() == "a.eps");
  CHECK(dict.boolean("a.eps"));
  CHECK(dict.first_unread() == "b.k");
  CHECK(dict.integer("b.k") == 7);
  CHECK(dict.first_unread().empty());
  CHECK(error_of([&] { dict.integer("a.eps"); }).says("'a.eps' is not an integer"));
  CHECK(error_of([&] { dict.shape("b.k"); }).says("'b.k' is not a tensor"));
  CHECK(error_of([&] { dict.floats("c", {1}); }).says("no key 'c'"));
}

TEST_CASE("a tensor of one element stands for its number") {
  StateDict dict;
  dict.add("scalar", bytes_as(ElementType::kInt16, {}));
  dict.add("one", bytes_as(ElementType::kUInt8, {1, 1}));
  dict.add("two", bytes_as(ElementType::kUInt8, {2}));
  dict.add("flag", bytes_as(ElementType::kBool, {1}));
  dict.add("real", bytes_as(ElementType::kFloat32, {}));
  CHECK(dict.integer("scalar") == 7);
  CHECK(dict.integer("one") == 7);
  CHECK(dict.boolean("flag"));
  CHECK(error_of([&] { dict.integer("two"); }).says("not an integer"));
  CHECK(error_of([&] { dict.integer("flag"); }).says("not an integer"));
  CHECK(error_of([&] { dict.integer("real"); }).says("not of an integer type"));
  CHECK(error_of([&] { dict.boolean("one"); }).says("not a bool"));
}

TEST_CASE("a prefix goes when all names have it") {
  StateDict dict;
  dict.add("module.a", true);
  dict.add("module.b", true);
  dict.strip_prefix("module.");
  CHECK(dict.keys() == std::vector<std::string>{"a", "b"});
  dict.strip_prefix("a");
  CHECK(dict.keys() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("keys are distinct and short, and there are not too many") {
  StateDict dict;
  dict.add("a.b", {});
  const auto twice = error_of([&] { dict.add("a.b", {}); });
  CHECK(twice.code == StatusCode::kInvalidData);
  CHECK(twice.says("key 'a.b' twice"));
  CHECK(error_of([&] { dict.add(std::string(257, 'n'), {}); }).says("256 bytes"));
  const auto flood = error_of([&] {
    for (int i = 0; i < 20000; ++i) dict.add(std::to_string(i), {});
  });
  CHECK(flood.code == StatusCode::kUnsupported);
  CHECK(flood.says("more than 20,000 keys"));
}
