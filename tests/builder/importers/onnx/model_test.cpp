// SPDX-License-Identifier: MIT
#include "importers/onnx/model.h"

#include <cstring>
#include <memory>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/onnx_writer.h"
#include "doctest/doctest.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;
using bitdown::StatusCode;
using bitdown::builder::onnx::is_model;
using bitdown::builder::onnx::parse;

/// From memory that ends with the file, so that ASan sees a read beyond.
Failure failure_of(std::string_view file) {
  const std::unique_ptr<std::byte[]> copy(new std::byte[file.size()]);
  std::memcpy(copy.get(), file.data(), file.size());
  return error_of([&] { parse({copy.get(), file.size()}); });
}

/// A field of a message, as protobuf writes it.
std::string field(int number, const std::string& content) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  std::size_t length = content.size();
  for (; length > 127; length >>= 7) bytes += static_cast<char>(length | 0x80);
  bytes += static_cast<char>(length);
  return bytes + content;
}

constexpr int kGraph = 7;
constexpr int kNode = 1;
constexpr int kAttribute = 5;
constexpr int kSubgraph = 6;

}  // namespace

TEST_CASE("a model is parsed with what we do not know in it") {
  const std::string file = residual_network().save() + field(99 % 16, "news");
  CHECK(is_model(as_bytes(file)));
  CHECK(parse(as_bytes(file)).graph().node_size() == 23);
  CHECK_FALSE(is_model(as_bytes("")));
  CHECK_FALSE(is_model(as_bytes("PK")));
}

TEST_CASE("every truncation is refused") {
  const std::string file = residual_network().save();
  std::size_t accepted = 0;
  for (std::size_t length = 0; length < file.size(); ++length) {
    accepted += failure_of(std::string_view(file).substr(0, length)).code == StatusCode::kOk;
  }
  CHECK(accepted == 0);
  CHECK(failure_of(std::string_view(file).substr(0, 99)).says("damaged or truncated"));
}

TEST_CASE("what is no message is damaged") {
  for (const char* bytes : {"\x08", "\x08\x07zzzz", "\x08\x07\x3a\x7f", "\x08\x07"}) {
    const Failure failure = failure_of(bytes);
    CHECK(failure.code == StatusCode::kInvalidData);
    CHECK(failure.says("damaged or truncated: not an ONNX model"));
  }
}

TEST_CASE("small files that would become large structures are refused before they do") {
  std::string nodes;
  for (int i = 0; i < (1 << 20) + 1; ++i) nodes += field(kNode, "");
  const Failure flood = failure_of(field(kGraph, nodes));
  CHECK(flood.code == StatusCode::kUnsupported);
  CHECK(flood.says("more than a million fields"));

  std::string deep;
  for (int i = 0; i < 40; ++i) deep = field(kNode, field(kAttribute, field(kSubgraph, deep)));
  const Failure nested = failure_of(field(kGraph, deep));
  CHECK(nested.code == StatusCode::kUnsupported);
  CHECK(nested.says("more than 32 deep"));
}
