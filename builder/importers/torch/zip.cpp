// SPDX-License-Identifier: MIT
#include <zip.h>

#include <memory>
#include <string>
#include <utility>

#include "importers/failure.h"
#include "importers/torch/checkpoint.h"

namespace bitdown::builder::torch {
namespace {

/// A zip archive in memory, read only, with a budget for what comes out of it: entries may overlap
/// in a hostile archive, and then a small file would fill the memory.
class Archive {
 public:
  explicit Archive(std::span<const std::byte> file) : budget_(file.size()) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(file.data(), file.size(), 0, &error);
    if (source != nullptr) zip_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    const std::string reason = zip_ == nullptr ? zip_error_strerror(&error) : "";
    zip_error_fini(&error);
    if (zip_ == nullptr) {
      zip_source_free(source);
      fail_invalid("damaged zip archive: " + reason);
    }
  }

  /// The folder that holds data.pkl, with its slash; torch.save names it after the file.
  std::string find_folder() const {
    constexpr std::string_view kPickle = "/data.pkl";
    for (zip_int64_t i = 0; i < zip_get_num_entries(zip_.get(), 0); ++i) {
      const char* entry = zip_get_name(zip_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
      const std::string_view name = entry == nullptr ? "" : entry;
      if (name.ends_with(kPickle) && name.find('/') + kPickle.size() == name.size()) {
        return std::string(name.substr(0, name.find('/') + 1));
      }
    }
    fail_unsupported("a zip archive without data.pkl, so not a PyTorch checkpoint");
  }

  bool has(const std::string& name) const { return locate(name) >= 0; }

  /// All bytes of an entry, checked against its checksum.
  std::vector<std::byte> read(const std::string& name) {
    zip_stat_t stat;
    const zip_int64_t index = locate(name);
    if (index < 0) fail_invalid("no " + in_quotes(name) + " in the archive");
    const auto entry = static_cast<zip_uint64_t>(index);
    constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(zip_.get(), entry, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
      fail_invalid("no size of " + in_quotes(name) + " in the archive");
    }
    if (stat.comp_method != ZIP_CM_STORE) fail_unsupported(in_quotes(name) + " is compressed");
    if (stat.size > budget_)
      fail_invalid(in_quotes(name) + " is larger than the file that holds it");
    budget_ -= stat.size;

    std::vector<std::byte> bytes(static_cast<std::size_t>(stat.size));
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
        zip_fopen_index(zip_.get(), entry, 0), zip_fclose);
    // The byte more than there should be makes libzip reach the end and compare checksums.
    std::byte beyond;
    if (file == nullptr ||
        zip_fread(file.get(), bytes.data(), stat.size) != static_cast<zip_int64_t>(stat.size) ||
        zip_fread(file.get(), &beyond, 1) != 0) {
      fail_invalid(in_quotes(name) + " is damaged");
    }
    return bytes;
  }

 private:
  zip_int64_t locate(const std::string& name) const {
    return zip_name_locate(zip_.get(), name.c_str(), ZIP_FL_ENC_RAW);
  }

  std::unique_ptr<zip_t, void (*)(zip_t*)> zip_{nullptr, zip_discard};
  std::uint64_t budget_;
};

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Checkpoint read_zip(std::span<const std::byte> file) {
  Archive archive(file);
  const std::string folder = archive.find_folder();
  const std::string byte_order = folder + "byteorder";  // Written since PyTorch 2.1.
  if (archive.has(byte_order) && text_of(archive.read(byte_order)) != "little") {
    fail_unsupported("written on a big-endian machine");
  }
  Checkpoint checkpoint;
  checkpoint.unpacked.push_back(archive.read(folder + "data.pkl"));
  checkpoint.pickle = unpickle(checkpoint.unpacked.back());
  if (checkpoint.pickle.end != checkpoint.unpacked.back().size()) {
    fail_invalid("bytes after the pickle in data.pkl");
  }
  for (const auto& [key, storage] : list_storages(checkpoint.pickle)) {
    std::vector<std::byte> bytes = archive.read(folder + "data/" + std::string(key));
    const std::size_t size = element_size(storage.type);
    if (bytes.size() % size != 0 || bytes.size() / size != storage.elements) {
      fail_invalid("storage " + in_quotes(key) + " has " + std::to_string(bytes.size()) +
                   " bytes instead of " + std::to_string(storage.elements) + " elements of " +
                   std::to_string(size));
    }
    checkpoint.unpacked.push_back(std::move(bytes));
    checkpoint.storages[key] = checkpoint.unpacked.back();
  }
  return checkpoint;
}

}  // namespace bitdown::builder::torch
