// SPDX-License-Identifier: MIT
#include "importers/safetensors.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "importers/byte_reader.h"
#include "importers/failure.h"

namespace bitdown::builder {
namespace {

using Json = nlohmann::json;
using Bytes = std::span<const std::byte>;

// ResNet-152 has a header of 150 KB.
constexpr std::uint64_t kMaxHeader = std::uint64_t{8} << 20;
constexpr std::size_t kMaxDimensions = 8;
constexpr const char* kMetadata = "__metadata__";

constexpr std::pair<std::string_view, ElementType> kTypes[] = {
    {"F16", ElementType::kFloat16}, {"BF16", ElementType::kBFloat16},
    {"F32", ElementType::kFloat32}, {"F64", ElementType::kFloat64},
    {"BOOL", ElementType::kBool},   {"U8", ElementType::kUInt8},
    {"I8", ElementType::kInt8},     {"I16", ElementType::kInt16},
    {"I32", ElementType::kInt32},   {"I64", ElementType::kInt64},
};

/// Where a tensor lies behind the header.
struct Extent {
  std::uint64_t begin;
  std::uint64_t end;
  std::string name;
};

/// Refuses, while the header is parsed, what its depth or its repeated keys would hide.
class HeaderRules {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth > 2) fail_invalid("the header is nested too deep");
    if (opens && depth == 1) inner_.clear();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!(depth == 1 ? outer_ : inner_).insert(key).second) {
        fail_invalid("key " + in_quotes(key) + " twice");
      }
    }
    return true;
  }

 private:
  std::set<std::string> outer_;
  std::set<std::string> inner_;  // Of the tensor being read.
};

Json parse_header(std::string_view text) {
  HeaderRules rules;
  try {
    return Json::parse(text.begin(), text.end(), std::ref(rules));
  } catch (const Json::exception&) {
    fail_invalid("the header is not valid JSON");
  }
}

std::vector<std::uint64_t> read_sizes(const std::string& name, const Json& tensor,
                                      const char* field) {
  const auto found = tensor.find(field);
  const auto is_size = [](const Json& number) { return number.is_number_unsigned(); };
  if (found == tensor.end() || !found->is_array() || found->size() > kMaxDimensions ||
      !std::all_of(found->begin(), found->end(), is_size)) {
    fail_invalid(in_quotes(name) + ": " + field + " is not a list of up to 8 sizes");
  }
  return found->get<std::vector<std::uint64_t>>();
}

ElementType read_type(const std::string& name, const Json& tensor) {
  const auto found = tensor.find("dtype");
  if (found == tensor.end() || !found->is_string()) {
    fail_invalid(in_quotes(name) + " has no dtype");
  }
  const auto& text = found->get_ref<const std::string&>();
  for (const auto& [known, type] : kTypes) {
    if (known == text) return type;
  }
  fail_unsupported(in_quotes(name) + " has dtype " + in_quotes(text));
}

/// Bytes that the elements take; at most `limit`, or limit + 1 for more.
std::uint64_t bytes_of(ElementType type, const std::vector<std::uint64_t>& shape,
                       std::uint64_t limit) {
  std::uint64_t bytes = element_size(type);
  for (const std::uint64_t side : shape) {
    if (side != 0 && bytes > limit / side) return limit + 1;
    bytes *= side;
  }
  return bytes;
}

TensorView read_tensor(const std::string& name, const Json& tensor, Bytes data,
                       std::vector<Extent>& extents) {
  if (!tensor.is_object()) fail_invalid(in_quotes(name) + " is not a tensor");
  const ElementType type = read_type(name, tensor);
  const std::vector<std::uint64_t> shape = read_sizes(name, tensor, "shape");
  const std::vector<std::uint64_t> offsets = read_sizes(name, tensor, "data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    fail_invalid(in_quotes(name) + ": data_offsets are no begin and end");
  }
  if (offsets[1] > data.size()) {
    fail_invalid("truncated: " + in_quotes(name) + " ends at byte " + std::to_string(offsets[1]) +
                 " of " + std::to_string(data.size()));
  }
  const std::uint64_t size = offsets[1] - offsets[0];
  if (bytes_of(type, shape, data.size()) != size) {
    fail_invalid(in_quotes(name) + " has " + std::to_string(size) +
                 " bytes, which its shape does not take");
  }
  extents.push_back({offsets[0], offsets[1], name});
  return contiguous_view(type, data.subspan(offsets[0], size), shape);
}

void check_tiling(std::vector<Extent> extents, std::uint64_t size) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != at) {
      fail_invalid(in_quotes(extent.name) + " begins at byte " + std::to_string(extent.begin) +
                   " instead of " + std::to_string(at));
    }
    at = extent.end;
  }
  if (at != size) fail_invalid(std::to_string(size - at) + " bytes after the last tensor");
}

}  // namespace

bool is_safetensors(Bytes file) {
  constexpr std::size_t kLength = sizeof(std::uint64_t);
  if (file.size() <= kLength || file[kLength] != std::byte{'{'}) return false;
  // Magic numbers of other formats make lengths beyond any memory.
  return ByteReader(file).little_endian(kLength) < std::uint64_t{1} << 48;
}

StateDict read_safetensors(Bytes file) {
  ByteReader reader(file);
  const std::uint64_t length = reader.little_endian(sizeof(std::uint64_t));
  if (length > kMaxHeader) fail_unsupported("a safetensors header of more than 8 MiB");
  const Json header = parse_header(reader.text(length));
  if (!header.is_object()) fail_invalid("the header is not a JSON object");
  const Bytes data = reader.take(reader.remaining());
  StateDict dict;
  std::vector<Extent> extents;
  for (const auto& [name, tensor] : header.items()) {
    if (name != kMetadata) dict.add(name, read_tensor(name, tensor, data, extents));
  }
  check_tiling(std::move(extents), data.size());
  dict.strip_prefix("module.");
  return dict;
}

}  // namespace bitdown::builder
