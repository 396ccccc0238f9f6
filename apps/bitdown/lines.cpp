// SPDX-License-Identifier: MIT
#include "bitdown/lines.h"

#include <charconv>

#include "bitdown/failure.h"
#include "mapped_file.h"

namespace bitdown::apps {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

[[noreturn]] void refuse(const std::filesystem::path& path, const Line& line,
                         const std::string& what) {
  throw Failure(ExitCode::kInputInvalid,
                path.string() + ": line " + std::to_string(line.number) + ": " + what);
}

std::vector<std::string> split_at_tabs(std::string_view text) {
  std::vector<std::string> fields;
  for (;;) {
    const std::size_t tab = text.find('\t');
    fields.emplace_back(text.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    text.remove_prefix(tab + 1);
  }
}

// A number that does not parse must not pass for a header.
bool is_heading(std::string_view field) {
  return !field.empty() &&
         ((field[0] >= 'a' && field[0] <= 'z') || (field[0] >= 'A' && field[0] <= 'Z'));
}

}  // namespace

std::vector<Line> read_lines(const std::filesystem::path& path) {
  const MappedFile file = value_or_fail(path.string(), MappedFile::open(path.c_str()));
  std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  if (text.find('\0') != std::string_view::npos) {
    throw Failure(path.string(), Status(StatusCode::kInvalidData, "not a text file"));
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<Line> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back({number, split_at_tabs(line)});
  }
  return lines;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> read_class_names(const std::filesystem::path& path) {
  std::vector<Line> lines = read_lines(path);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Line& line = lines[i];
    if (line.fields.size() == 1) {
      names.push_back(std::move(line.fields[0]));
      continue;
    }
    const auto index = parse_number(line.fields[0]);
    if (i == 0 && is_heading(line.fields[0])) continue;
    if (!index) refuse(path, line, "does not start with a class index");
    if (*index != names.size()) {
      refuse(path, line,
             "class index " + line.fields[0] + " instead of " + std::to_string(names.size()));
    }
    names.push_back(std::move(line.fields.back()));
  }
  return names;
}

std::vector<LabelledPhoto> read_photo_labels(const std::filesystem::path& path,
                                             std::size_t classes) {
  const std::vector<Line> lines = read_lines(path);
  std::vector<LabelledPhoto> photos;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.fields.size() < 2 || line.fields[0].empty()) {
      refuse(path, line, "needs a file and a class index, tab between");
    }
    const auto index = parse_number(line.fields[1]);
    if (i == 0 && is_heading(line.fields[1])) continue;
    if (!index) refuse(path, line, "class index is not a number: " + line.fields[1]);
    if (*index >= classes) {
      refuse(path, line,
             "class index " + line.fields[1] + ", but the network has " + std::to_string(classes) +
                 " classes");
    }
    photos.push_back({line.fields[0], *index});
  }
  if (photos.empty()) {
    throw Failure(path.string(), Status(StatusCode::kInvalidData, "lists no photographs"));
  }
  return photos;
}

}  // namespace bitdown::apps
