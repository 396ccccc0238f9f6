// SPDX-License-Identifier: MIT
#include "image_file.h"

#include <array>
#include <cstdlib>
#include <string_view>

namespace bitdown::apps {
namespace {

using Bytes = std::string_view;

// The `count` bytes at `at`, which must exist, as a number.
std::uint32_t big_endian(Bytes file, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8 | static_cast<std::uint8_t>(file[at + i]);
  }
  return value;
}

std::uint32_t little_endian(Bytes file, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<std::uint8_t>(file[at + i]);
  }
  return value;
}

Status check_size(std::uint64_t width, std::uint64_t height) {
  if (width == 0 || height == 0) return {StatusCode::kInvalidData, "the image has no pixels"};
  if (width > kMaxSide || height > kMaxSide) {
    return {StatusCode::kUnsupported, "the image is wider or higher than 65535 pixels"};
  }
  if (width * height > kMaxPixels) {
    return {StatusCode::kUnsupported, "the image has more than 100 million pixels"};
  }
  return {};
}

// SOF0 to SOF15 without the three codes of that range that mean something else.
bool is_frame_header(unsigned marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

// Without a length: TEM, restart markers, start of image.
bool stands_alone(unsigned marker) {
  return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

// From marker to marker. Between them lie the scans, where 0x00 follows every 0xff that is data;
// a thumbnail lies inside a segment and is skipped with it.
Status check_jpeg(Bytes file) {
  constexpr unsigned kEndOfImage = 0xd9;
  constexpr Status kTooShort(StatusCode::kInvalidData, "the JPEG file ends too early");
  std::size_t at = 2;
  for (;;) {
    at = file.find('\xff', at);
    if (at >= file.size() || file.size() - at < 2) return kTooShort;
    const unsigned marker = big_endian(file, ++at, 1);
    if (marker == 0xff) continue;
    ++at;
    if (marker == 0 || stands_alone(marker)) continue;
    if (marker == kEndOfImage) return {};
    const bool frame = is_frame_header(marker);
    if (file.size() - at < (frame ? 7u : 2u)) return kTooShort;
    if (frame) {
      BITDOWN_RETURN_IF_ERROR(check_size(big_endian(file, at + 5, 2), big_endian(file, at + 3, 2)));
    }
    at += big_endian(file, at, 2);
  }
}

// ISO 3309, as PNG uses it.
std::uint32_t crc32(Bytes bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      table[i] = i;
      for (int bit = 0; bit < 8; ++bit) {
        table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0u);
      }
    }
    return table;
  }();
  std::uint32_t crc = ~0u;
  for (const char byte : bytes) {
    crc = kTable[(crc ^ static_cast<std::uint8_t>(byte)) & 0xff] ^ crc >> 8;
  }
  return ~crc;
}

// The chunks that a decoder cannot do without have a capital first letter. Damage to the others
// does not harm the picture.
Status check_png(Bytes file) {
  constexpr Status kTooShort(StatusCode::kInvalidData, "the PNG file ends too early");
  constexpr Status kDamaged(StatusCode::kInvalidData, "the PNG file is damaged");
  if (file.size() < 33) return kTooShort;
  if (file.substr(8, 8) != Bytes("\0\0\0\x0dIHDR", 8)) return kDamaged;
  for (std::size_t at = 8;;) {
    if (file.size() - at < 12) return kTooShort;
    const std::size_t length = big_endian(file, at, 4);
    if (file.size() - at - 12 < length) return kTooShort;
    const Bytes type_and_data = file.substr(at + 4, 4 + length);
    const bool critical = (type_and_data[0] & 0x20) == 0;
    if (critical && crc32(type_and_data) != big_endian(file, at + 8 + length, 4)) return kDamaged;
    if (type_and_data.starts_with("IEND")) break;
    at += 12 + length;
  }
  return check_size(big_endian(file, 16, 4), big_endian(file, 20, 4));
}

Status check_bmp(Bytes file) {
  constexpr std::uint32_t kOs2Header = 12;
  constexpr std::uint32_t kBitFields = 3;
  constexpr Status kTooShort(StatusCode::kInvalidData, "the BMP file ends too early");
  if (file.size() < 26) return kTooShort;
  const bool os2 = little_endian(file, 14, 4) == kOs2Header;
  if (!os2 && file.size() < 34) return kTooShort;
  const std::size_t side = os2 ? 2 : 4;
  const std::int64_t width = static_cast<std::int32_t>(little_endian(file, 18, side));
  const std::int64_t height = static_cast<std::int32_t>(little_endian(file, 18 + side, side));
  if (width < 0) return {StatusCode::kInvalidData, "the BMP file has a negative width"};
  // A negative height means that the top row comes first.
  const auto columns = static_cast<std::uint64_t>(width);
  const auto rows = static_cast<std::uint64_t>(std::abs(height));
  BITDOWN_RETURN_IF_ERROR(check_size(columns, rows));

  const std::uint32_t compression = os2 ? 0 : little_endian(file, 30, 4);
  const bool compressed = compression != 0 && compression != kBitFields;
  if (compressed) return {};  // Decoders notice the end of these themselves.
  const std::uint64_t row_bits = columns * little_endian(file, os2 ? 24 : 28, 2);
  // Rows are padded to 32 bits; the last one's padding may be missing.
  const std::uint64_t pixel_bytes = (row_bits + 31) / 32 * 4 * (rows - 1) + (row_bits + 7) / 8;
  return little_endian(file, 10, 4) + pixel_bytes > file.size() ? kTooShort : Status();
}

}  // namespace

Result<ImageFormat> check_image_file(std::span<const std::byte> file) {
  constexpr struct {
    Bytes signature;
    ImageFormat format;
    Status (*check)(Bytes);
  } kFormats[] = {{"\xff\xd8", ImageFormat::kJpeg, check_jpeg},
                  {"\x89PNG\r\n\x1a\n", ImageFormat::kPng, check_png},
                  {"BM", ImageFormat::kBmp, check_bmp}};
  const Bytes bytes(reinterpret_cast<const char*>(file.data()), file.size());
  for (const auto& known : kFormats) {
    if (!bytes.starts_with(known.signature)) continue;
    BITDOWN_RETURN_IF_ERROR(known.check(bytes));
    return known.format;
  }
  return ImageFormat::kOther;
}

}  // namespace bitdown::apps
