// SPDX-License-Identifier: MIT
#include "quantize/state_file.h"

#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "state/sealed_file.h"

namespace bitdown::builder {
namespace {

// The same visits write and read, so the two cannot differ.
template <typename Archive>
void visit(Archive& archive, LayerResult& result) {
  CodedMatrix& weights = result.layer.weights;
  archive.number(weights.rows);
  archive.number(weights.columns);
  archive.number(weights.block_size);
  archive.list(weights.codebook);
  archive.list(weights.codes);
  archive.list(result.layer.scale);
  archive.list(result.layer.shift);
  archive.number(result.start_error);
  archive.number(result.error);
  archive.number(result.held_out);
  archive.number(result.ridge);
  archive.number(result.share);
}

class Writer {
 public:
  template <typename T>
  void number(const T& value) {
    static_assert(std::is_arithmetic_v<T>);
    bytes(&value, sizeof value);
  }

  template <typename T>
  void list(const std::vector<T>& values) {
    number(std::uint64_t{values.size()});
    bytes(values.data(), values.size() * sizeof(T));
  }

  void bytes(const void* data, std::size_t size) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    if (size > 0) std::memcpy(bytes_.data() + at, data, size);
  }

  const std::vector<std::byte>& written() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// Of bytes whose digest is right; still, nothing is read beyond their end.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename T>
  void number(T& value) {
    bytes(&value, sizeof value);
  }

  template <typename T>
  void list(std::vector<T>& values) {
    std::uint64_t count = 0;
    number(count);
    if (count > bytes_.size() / sizeof(T)) {
      good_ = false;
      return;
    }
    values.resize(static_cast<std::size_t>(count));
    bytes(values.data(), values.size() * sizeof(T));
  }

  void bytes(void* data, std::size_t size) {
    good_ &= size <= bytes_.size();
    if (!good_ || size == 0) return;
    std::memcpy(data, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }

  bool good() const { return good_; }

 private:
  std::span<const std::byte> bytes_;
  bool good_ = true;
};

}  // namespace

void save_state(const std::filesystem::path& file, const std::string& fingerprint,
                const FinishedLayers& layers) {
  Writer writer;
  writer.number(std::uint64_t{layers.size()});
  for (const auto& [node, result] : layers) {
    writer.number(std::uint64_t{node});
    LayerResult copy = result;
    visit(writer, copy);
  }
  write_sealed(file, fingerprint, writer.written());
}

FinishedLayers load_state(const std::filesystem::path& file, const std::string& fingerprint) {
  const auto work = read_sealed(file, fingerprint);
  if (!work) return {};
  Reader reader(*work);
  std::uint64_t count = 0;
  reader.number(count);
  FinishedLayers layers;
  for (std::uint64_t i = 0; i < count && reader.good(); ++i) {
    std::uint64_t node = 0;
    reader.number(node);
    visit(reader, layers[static_cast<std::size_t>(node)]);
  }
  return reader.good() ? layers : FinishedLayers();
}

}  // namespace bitdown::builder
