// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "importers/onnx/messages.h"
#include "importers/tensor.h"
#include "mapped_file.h"

namespace bitdown::builder::onnx {

/// The numbers of a model, in whichever of its fields or files they are. Views live as long as
/// this and the messages.
class Tensors {
 public:
  /// Numbers outside the model are looked for in `folder`; without one they are refused.
  explicit Tensors(std::optional<std::filesystem::path> folder) : folder_(std::move(folder)) {}

  /// Throws Error: kInvalidData (as many numbers as the shape says are not there, a file name that
  /// leaves the folder), kUnsupported (element type), kNotFound or kIoError (a file of numbers).
  TensorView view(const TensorProto& tensor);

  /// The files of numbers that were opened, by name.
  const std::map<std::string, MappedFile>& files() const { return files_; }

 private:
  std::span<const std::byte> external(const TensorProto& tensor, std::uint64_t size);
  const MappedFile& open(const std::string& name, const std::string& tensor);
  std::span<const std::byte> narrowed(const TensorProto& tensor);

  std::optional<std::filesystem::path> folder_;
  std::map<std::string, MappedFile> files_;
  std::deque<std::vector<std::uint16_t>> narrowed_;  // A deque keeps its elements' addresses.
};

}  // namespace bitdown::builder::onnx
