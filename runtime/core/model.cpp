// SPDX-License-Identifier: MIT
#include "bitdown/model.h"

#include <new>

#include "aligned.h"
#include "core/preprocessing.h"
#include "mapped_file.h"
#include "model_generated.h"
#include "schema/check.h"

namespace bitdown {
namespace {

std::string_view text(const flatbuffers::String* string) {
  return string == nullptr ? std::string_view{} : string->string_view();
}

TensorInfo describe(const schema::Model& model, std::uint32_t value_id) {
  const schema::Value& value = *model.values()->Get(value_id);
  TensorInfo info;
  info.name = text(value.name());
  for (const std::uint32_t dimension : *value.shape()) {
    info.shape.dimensions[info.shape.rank++] = dimension;
  }
  return info;
}

}  // namespace

struct Model::Storage {
  MappedFile file;
};

Model::Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Result<Model> Model::open(const char* path) {
  BITDOWN_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  BITDOWN_ASSIGN_OR_RETURN(Model model, from_memory(file.bytes()));
  model.storage_.reset(new (std::nothrow) Storage{std::move(file)});
  if (model.storage_ == nullptr) {
    return Status(StatusCode::kOutOfMemory, "no memory for the model's handle");
  }
  return model;
}

Result<Model> Model::from_memory(std::span<const std::byte> blob) {
  if (!is_aligned(blob.data())) {
    return Status(StatusCode::kInvalidArgument, "the blob must be 64-byte aligned in memory");
  }
  Model model;
  model.blob_ = blob;
  BITDOWN_ASSIGN_OR_RETURN(model.root_, schema::check(blob));
  return model;
}

std::size_t Model::input_count() const {
  return root_->inputs()->size();
}
std::size_t Model::output_count() const {
  return root_->outputs()->size();
}

TensorInfo Model::input(std::size_t index) const {
  return describe(*root_, root_->inputs()->Get(static_cast<std::uint32_t>(index)));
}

TensorInfo Model::output(std::size_t index) const {
  return describe(*root_, root_->outputs()->Get(static_cast<std::uint32_t>(index)));
}

std::size_t Model::label_count() const {
  return root_->labels() == nullptr ? 0 : root_->labels()->size();
}

std::string_view Model::label(std::size_t index) const {
  return text(root_->labels()->Get(static_cast<std::uint32_t>(index)));
}

std::optional<Preprocessing> Model::preprocessing() const {
  const schema::Preprocessing* stored = root_->preprocessing();
  if (stored == nullptr) return std::nullopt;
  return read_preprocessing(*stored);
}

std::string_view Model::architecture() const {
  const schema::Provenance* provenance = root_->provenance();
  return provenance == nullptr ? std::string_view{} : text(provenance->architecture());
}

std::span<const std::byte> Model::blob() const {
  return blob_;
}

}  // namespace bitdown
