// SPDX-License-Identifier: MIT
#include "importers/onnx/tensors.h"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <vector>

#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"
#include "support/folder.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;
using bitdown::StatusCode;
using bitdown::builder::onnx::TensorProto;
using bitdown::builder::onnx::Tensors;

TensorProto tensor(int type, const std::vector<std::int64_t>& shape) {
  TensorProto tensor;
  tensor.set_name("w");
  tensor.set_data_type(type);
  for (const std::int64_t side : shape) tensor.add_dims(side);
  return tensor;
}

std::vector<float> floats(const TensorProto& tensor) {
  Tensors tensors(std::nullopt);
  return read_floats(tensors.view(tensor), "w");
}

Failure failure_of(const TensorProto& tensor,
                   const std::optional<std::filesystem::path>& folder = {}) {
  Tensors tensors(folder);
  return error_of([&] { tensors.view(tensor); });
}

/// A float tensor of two numbers in a file.
TensorProto outside(const std::string& location, const char* offset = nullptr,
                    const char* length = nullptr) {
  TensorProto result = tensor(TensorProto::FLOAT, {2});
  result.set_data_location(TensorProto::EXTERNAL);
  const auto set = [&](const char* key, const std::string& value) {
    auto& entry = *result.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  set("location", location);
  if (offset != nullptr) set("offset", offset);
  if (length != nullptr) set("length", length);
  return result;
}

}  // namespace

TEST_CASE("numbers are read from every field that may hold them") {
  TensorProto raw = tensor(TensorProto::FLOAT, {2});
  raw.set_raw_data(std::string("\0\0\x80\x3f\0\0\0\x40", 8));
  CHECK(floats(raw) == std::vector<float>{1, 2});
  TensorProto single = tensor(TensorProto::FLOAT, {2, 1});
  single.add_float_data(1);
  single.add_float_data(2);
  CHECK(floats(single) == std::vector<float>{1, 2});
  TensorProto dual = tensor(TensorProto::DOUBLE, {1});
  dual.add_double_data(1.5);
  CHECK(floats(dual) == std::vector<float>{1.5});
  TensorProto half = tensor(TensorProto::FLOAT16, {2});
  half.add_int32_data(0x3e00);
  half.add_int32_data(0xc000);
  CHECK(floats(half) == std::vector<float>{1.5, -2});
  TensorProto brain = tensor(TensorProto::BFLOAT16, {1});
  brain.add_int32_data(0x3fc0);
  CHECK(floats(brain) == std::vector<float>{1.5});

  TensorProto integers = tensor(TensorProto::INT64, {2});
  integers.add_int64_data(-1);
  integers.add_int64_data(7);
  Tensors tensors(std::nullopt);
  CHECK(read_integers(tensors.view(integers), "w") == std::vector<std::int64_t>{-1, 7});
  CHECK(floats(tensor(TensorProto::FLOAT, {0, 3})).empty());
}

TEST_CASE("types and shapes that do not fit are refused") {
  const auto text = failure_of(tensor(TensorProto::STRING, {1}));
  CHECK(text.code == StatusCode::kUnsupported);
  CHECK(text.says("tensor 'w' has element type 8"));
  CHECK(failure_of(tensor(TensorProto::FLOAT, {2})).says("has 0 bytes, but shape (2)"));
  CHECK(failure_of(tensor(TensorProto::FLOAT, {-2})).says("negative dimension"));
  CHECK(
      failure_of(tensor(TensorProto::FLOAT, std::vector<std::int64_t>(9, 1))).says("more than 8"));
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  CHECK(failure_of(tensor(TensorProto::FLOAT, {kHuge, kHuge})).says("larger than any file"));
}

TEST_CASE("numbers in a file beside the model are read where they lie") {
  const Folder folder;
  folder.write("net.data", std::string("skip\0\0\x80\x3f\0\0\0\x40rest", 16));
  Tensors tensors(folder / "");
  const TensorProto proto = outside("net.data", "4", "8");
  CHECK(read_floats(tensors.view(proto), "w") == std::vector<float>{1, 2});
  CHECK(tensors.files().size() == 1);
  CHECK(failure_of(outside("net.data", "4"), folder / "").code == StatusCode::kOk);
  CHECK(failure_of(outside("net.data", "8", "9"), folder / "").says("lies outside 'net.data'"));
  CHECK(failure_of(outside("net.data", "17", "0"), folder / "").says("lies outside 'net.data'"));
  CHECK(failure_of(outside("net.data", "4", "7"), folder / "").says("has 7 bytes, but shape (2)"));
  CHECK(failure_of(outside("net.data", "-4"), folder / "").says("offset is no number"));
  const auto missing = failure_of(outside("none"), folder / "");
  CHECK(missing.code == StatusCode::kNotFound);
  CHECK(missing.says("tensor 'w' is in file 'none': no such file"));
}

TEST_CASE("a model does not make us read other files") {
  const Folder folder;
  const std::string secret = folder.write("secret", "12345678");
  const Folder inside;
  std::filesystem::create_symlink(secret, inside / "link");
  for (const std::string& name : {secret, std::string("../x"), std::string(".."), std::string(),
                                  std::string("a/b"), std::string("link")}) {
    CAPTURE(name);
    const auto failure = failure_of(outside(name), inside / "");
    CHECK(failure.code == StatusCode::kInvalidData);
    CHECK(failure.says("which is not a file beside the model"));
  }
  const auto alone = failure_of(outside("net.data"));
  CHECK(alone.code == StatusCode::kUnsupported);
  CHECK(alone.says("tensor 'w' is in file 'net.data', outside the model"));
}
