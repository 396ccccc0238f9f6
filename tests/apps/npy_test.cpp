// SPDX-License-Identifier: MIT
#include "bitdown/npy.h"

#include <cstring>
#include <filesystem>
#include <limits>

#include "bitdown/failure.h"
#include "doctest/doctest.h"
#include "support/folder.h"

namespace bitdown::apps {
namespace {

using tests::Folder;

// A file as NumPy writes it: `version` 1 or 2, the dictionary, the data.
std::string file_of(int version, const std::string& dictionary, const std::vector<float>& values) {
  std::string bytes = "\x93NUMPY";
  bytes += {static_cast<char>(version), '\0', static_cast<char>(dictionary.size()), '\0'};
  if (version == 2) bytes.append(2, '\0');
  bytes += dictionary;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return bytes;
}

Npy read(const std::string& bytes) {
  const Folder folder;
  return read_npy(folder.write("a.npy", bytes));
}

void check_refused(const std::string& bytes, ExitCode code, const std::string& end) {
  try {
    read(bytes);
    FAIL_CHECK("did not throw");
  } catch (const Failure& failure) {
    CAPTURE(failure.what());
    CHECK(failure.code() == code);
    CHECK(std::string_view(failure.what()).ends_with("a.npy: " + end));
  }
}

const std::string kDictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
const std::vector<float> kValues = {1, -2, 3.5f, 4, 5, 6};
using Shape = std::vector<std::size_t>;

TEST_CASE("arrays of both header versions are read") {
  for (const int version : {1, 2}) {
    const Npy array = read(file_of(version, kDictionary, kValues));
    CHECK(array.shape == Shape{2, 3});
    CHECK(array.values == kValues);
  }
  CHECK(read(file_of(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", kValues))
            .shape == Shape{6});
  CHECK(
      read(file_of(1, "{'shape':(0, 3),'descr':'<f4','fortran_order':False}", {})).values.empty());
}

TEST_CASE("what is written can be read, and its data is aligned") {
  const Folder folder;
  for (const Shape& shape : {Shape{6}, Shape{2, 3}, Shape{1, 2, 3, 1}}) {
    write_npy(folder / "a.npy", {shape, kValues});
    const Npy array = read_npy(folder / "a.npy");
    CHECK(array.shape == shape);
    CHECK(array.values == kValues);
    CHECK(tests::read_file(folder / "a.npy").size() % 64 == 24);
  }
}

TEST_CASE("every truncation and every extension is refused") {
  const std::string whole = file_of(1, kDictionary, kValues);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(read(whole.substr(0, length)), Failure);
  }
  check_refused(whole + "x", ExitCode::kInputInvalid,
                "the NumPy array is not as long as its shape says");
}

TEST_CASE("other files are refused by what they are") {
  constexpr ExitCode kInvalid = ExitCode::kInputInvalid;
  constexpr ExitCode kUnsupported = ExitCode::kUnsupported;
  const auto with = [](const char* type, const char* order, const char* shape) {
    return file_of(1,
                   std::string("{'descr': '") + type + "', 'fortran_order': " + order +
                       ", 'shape': " + shape + "}",
                   kValues);
  };
  check_refused("just a text file", kInvalid, "not a NumPy array file");
  check_refused(file_of(3, kDictionary, kValues), kUnsupported,
                "NumPy file version is neither 1 nor 2");
  const char* const type = "the NumPy array is not little-endian float32";
  check_refused(with("<f8", "False", "(2, 3)"), kUnsupported, type);
  check_refused(with(">f4", "False", "(2, 3)"), kUnsupported, type);
  check_refused(with("<f4", "True", "(2, 3)"), kUnsupported, "the NumPy array is not in C order");
  check_refused(
      file_of(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}", kValues),
      kUnsupported, type);
  const char* const shape = "the NumPy header has no valid shape";
  for (const char* odd : {"(2, 3", "(-2, 3)", "6", "(2, x)", "(99999999999999999999)",
                          "(1,1,1,1,1,1,1,1,6)", "(4611686018427387904, 4, 6)"}) {
    CAPTURE(odd);
    check_refused(with("<f4", "False", odd), kInvalid, shape);
  }
}

TEST_CASE("a header that is none is no array of another kind") {
  const auto refused = [](const std::string& header, const char* end) {
    CAPTURE(header);
    check_refused(file_of(1, header, kValues), ExitCode::kInputInvalid, end);
  };
  const char* const type = "the NumPy header has no valid descr";
  for (const char* odd : {"", "garbage", "{'shape': (2, 3)}", "{'descr': ", "{'descr': 4}"}) {
    refused(odd, type);
  }
  for (const char* odd : {"{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': 0}"}) {
    refused(odd, "the NumPy header has no valid fortran_order");
  }
  refused("{'descr': '<f4', 'fortran_order': False}", "the NumPy header has no valid shape");
}

TEST_CASE("numbers that are not finite are refused by place") {
  for (const float odd :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> values = kValues;
    values[4] = odd;
    check_refused(file_of(1, kDictionary, values), ExitCode::kInputInvalid,
                  "input not finite: number 4 is " + std::to_string(odd));
  }
}

TEST_CASE("the shape of a file larger than memory is read without its data") {
  const Folder folder;
  const std::string path = folder.write(
      "big.npy",
      file_of(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (68719476736,)}", {}));
  const std::uintmax_t header = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, header + (std::uintmax_t{1} << 38));
  CHECK(read_npy_shape(path) == Shape{std::size_t{1} << 36});
}

TEST_CASE("shapes read as Python writes them") {
  CHECK(shape_text({}) == "()");
  CHECK(shape_text({4}) == "(4,)");
  CHECK(shape_text({4, 3, 224}) == "(4, 3, 224)");
}

}  // namespace
}  // namespace bitdown::apps
