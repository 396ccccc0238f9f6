// SPDX-License-Identifier: MIT
#include "bitdown/npy.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>
#include <string_view>

#include "bitdown/failure.h"
#include "bitdown/output_file.h"
#include "mapped_file.h"

namespace bitdown::apps {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxRank = 8;

[[noreturn]] void refuse(StatusCode code, const std::filesystem::path& path, const char* what) {
  throw Failure(path.string(), Status(code, what));
}

// The text of the header's dictionary and where the data begins.
struct Header {
  std::string_view text;
  std::size_t data_begin = 0;
};

Header find_header(std::string_view bytes, const std::filesystem::path& path) {
  if (!bytes.starts_with(kMagic) || bytes.size() < 12) {
    refuse(StatusCode::kInvalidData, path, "not a NumPy array file");
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (byte(6) != 1 && byte(6) != 2) {
    refuse(StatusCode::kUnsupported, path, "NumPy file version is neither 1 nor 2");
  }
  const bool wide = byte(6) == 2;
  const std::size_t begin = wide ? 12 : 10;
  std::size_t length = byte(8) | std::size_t{byte(9)} << 8;
  if (wide) length |= std::size_t{byte(10)} << 16 | std::size_t{byte(11)} << 24;
  if (length > bytes.size() - begin) {
    refuse(StatusCode::kInvalidData, path, "the NumPy header is truncated");
  }
  return {bytes.substr(begin, length), begin + length};
}

// What follows `'key':` in the header, blanks skipped; refused unless it is a value as NumPy writes
// it, which begins with one of `starts`.
std::string_view find_entry(std::string_view header, const std::string& key,
                            std::string_view starts, const std::filesystem::path& path) {
  const std::size_t place = header.find("'" + key + "':");
  std::string_view value;
  if (place != std::string_view::npos) {
    value = header.substr(place + key.size() + 3);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  }
  if (value.empty() || starts.find(value.front()) == std::string_view::npos) {
    refuse(StatusCode::kInvalidData, path, ("the NumPy header has no valid " + key).c_str());
  }
  return value;
}

// "(4, 3, 224, 224)", "(4,)" or "()", from its bracket on; false when it is none of these.
bool parse_shape(std::string_view text, std::vector<std::size_t>& shape) {
  const char* at = text.data() + 1;
  const char* const end = text.data() + text.size();
  while (at != end && *at != ')') {
    std::size_t size = 0;
    const auto [next, error] = std::from_chars(at, end, size);
    if (error != std::errc() || shape.size() == kMaxRank) return false;
    shape.push_back(size);
    at = next;
    while (at != end && (*at == ',' || *at == ' ')) ++at;
  }
  return at != end;
}

// False on overflow.
bool byte_count(const std::vector<std::size_t>& shape, std::size_t& bytes) {
  bytes = sizeof(float);
  for (const std::size_t size : shape) {
    if (__builtin_mul_overflow(bytes, size, &bytes)) return false;
  }
  return true;
}

struct NpyFile {
  MappedFile file;
  std::vector<std::size_t> shape;
  std::span<const std::byte> data;  // As long as the shape says.
};

NpyFile open_npy(const std::filesystem::path& path) {
  NpyFile npy;
  npy.file = value_or_fail(path.string(), MappedFile::open(path.c_str()));
  const std::string_view bytes(reinterpret_cast<const char*>(npy.file.bytes().data()),
                               npy.file.bytes().size());
  const Header header = find_header(bytes, path);
  const auto entry = [&](const char* key, std::string_view starts) {
    return find_entry(header.text, key, starts, path);
  };
  if (!entry("descr", "'[").starts_with("'<f4'")) {  // A list of fields starts with a bracket.
    refuse(StatusCode::kUnsupported, path, "the NumPy array is not little-endian float32");
  }
  if (!entry("fortran_order", "FT").starts_with("False")) {
    refuse(StatusCode::kUnsupported, path, "the NumPy array is not in C order");
  }
  std::size_t size = 0;
  if (!parse_shape(entry("shape", "("), npy.shape) || !byte_count(npy.shape, size)) {
    refuse(StatusCode::kInvalidData, path, "the NumPy header has no valid shape");
  }
  npy.data = npy.file.bytes().subspan(header.data_begin);
  if (size != npy.data.size()) {
    refuse(StatusCode::kInvalidData, path, "the NumPy array is not as long as its shape says");
  }
  return npy;
}

}  // namespace

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "(";
  for (const std::size_t size : shape) text += std::to_string(size) + ", ";
  if (shape.size() == 1) return text.substr(0, text.size() - 1) + ")";
  return (shape.empty() ? text : text.substr(0, text.size() - 2)) + ")";
}

std::vector<std::size_t> read_npy_shape(const std::filesystem::path& path) {
  return open_npy(path).shape;
}

Npy read_npy(const std::filesystem::path& path) {
  const NpyFile npy = open_npy(path);
  Npy array{npy.shape, std::vector<float>(npy.data.size() / sizeof(float))};
  if (!npy.data.empty()) std::memcpy(array.values.data(), npy.data.data(), npy.data.size());
  const auto odd = std::find_if_not(array.values.begin(), array.values.end(),
                                    [](float value) { return std::isfinite(value); });
  if (odd != array.values.end()) {
    throw Failure(ExitCode::kInputInvalid, path.string() + ": input not finite: number " +
                                               std::to_string(odd - array.values.begin()) + " is " +
                                               std::to_string(*odd));
  }
  return array;
}

void write_npy(const std::filesystem::path& path, const Npy& array) {
  std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape_text(array.shape) + ", }";
  // The data begins at a multiple of 64 bytes; the newline before it is part of the format.
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  std::string start(kMagic);
  start += {'\x01', '\x00', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  start += header;

  std::vector<std::byte> bytes(start.size() + array.values.size() * sizeof(float));
  std::memcpy(bytes.data(), start.data(), start.size());
  if (!array.values.empty()) {
    std::memcpy(bytes.data() + start.size(), array.values.data(),
                array.values.size() * sizeof(float));
  }
  write_output(path, bytes);
}

}  // namespace bitdown::apps
