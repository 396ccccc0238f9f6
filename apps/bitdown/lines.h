// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bitdown::apps {

/// One line of a text file, without its line ending, that is not blank.
struct Line {
  std::size_t number = 0;           ///< From 1.
  std::vector<std::string> fields;  ///< Split at tabs; at least one.
};

/// A byte order mark at the start is skipped. Throws Failure: kInputMissing, or kInputInvalid when
/// the file is not text.
std::vector<Line> read_lines(const std::filesystem::path& path);

/// The whole of `text` as a number, or nothing.
std::optional<std::uint32_t> parse_number(std::string_view text);

/// Names of classes for a blob: one a line, or lines of index, wnid and name (with or without a
/// header, whose first field starts with a letter) in the order of the index. Throws Failure,
/// naming the line.
std::vector<std::string> read_class_names(const std::filesystem::path& path);

struct LabelledPhoto {
  std::string file;  ///< As the list says.
  std::uint32_t class_index = 0;
};

/// Lines of file and class index (further columns are ignored; a header, whose second field starts
/// with a letter, is optional), every index below `classes`. Throws Failure, naming the line.
std::vector<LabelledPhoto> read_photo_labels(const std::filesystem::path& path,
                                             std::size_t classes);

}  // namespace bitdown::apps
