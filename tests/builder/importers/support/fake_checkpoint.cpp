// SPDX-License-Identifier: MIT
#include "builder/importers/support/fake_checkpoint.h"

#include <zip.h>

#include <span>
#include <stdexcept>

#include "builder/importers/support/pickle_writer.h"
#include "kernels/half/half.h"

namespace bitdown::tests {
namespace {

template <typename T>
FakeStorage make_storage(const std::string& type, const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {type, sizeof(T), std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())};
}

void write_sizes(PickleWriter& writer, const std::vector<std::int64_t>& sizes) {
  writer.raw("(");
  for (const std::int64_t size : sizes) writer.integer(size);
  writer.raw("t");
}

std::vector<std::int64_t> contiguous(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

void write_tensor(PickleWriter& writer, const FakeCheckpoint& checkpoint,
                  const FakeTensor& tensor) {
  const FakeStorage& storage = checkpoint.storages.at(tensor.storage);
  if (tensor.parameter) writer.global("torch._utils", "_rebuild_parameter").raw("(");
  writer.global("torch._utils", "_rebuild_tensor_v2").raw("((").text("storage");
  writer.global("torch", storage.type).text(tensor.storage).text("cpu");
  writer.integer(static_cast<std::int64_t>(storage.elements())).raw("NtQ").integer(tensor.offset);
  write_sizes(writer, tensor.shape);
  write_sizes(writer, tensor.strides.empty() ? contiguous(tensor.shape) : tensor.strides);
  writer.boolean(false).global("collections", "OrderedDict").raw(")RtR");
  if (tensor.parameter) writer.boolean(true).global("collections", "OrderedDict").raw(")RtR");
}

void write_leaf(PickleWriter& writer, const FakeCheckpoint& checkpoint, const FakeLeaf& leaf) {
  if (const auto* tensor = std::get_if<FakeTensor>(&leaf))
    write_tensor(writer, checkpoint, *tensor);
  if (const auto* integer = std::get_if<std::int64_t>(&leaf)) writer.integer(*integer);
  if (const auto* boolean = std::get_if<bool>(&leaf)) writer.boolean(*boolean);
}

std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

/// A tensor of a safetensors file.
struct PlainTensor {
  std::string type;
  std::vector<std::int64_t> shape;
  std::string bytes;
};

PlainTensor plain_tensor(const FakeCheckpoint& checkpoint, const FakeLeaf& leaf) {
  static const std::map<std::string, std::string> kTypes = {{"HalfStorage", "F16"},
                                                            {"FloatStorage", "F32"},
                                                            {"ByteStorage", "U8"},
                                                            {"ShortStorage", "I16"}};
  if (const auto* integer = std::get_if<std::int64_t>(&leaf)) {
    return {"I64", {}, little_endian(static_cast<std::uint64_t>(*integer))};
  }
  if (const auto* boolean = std::get_if<bool>(&leaf)) {
    return {"BOOL", {}, std::string(1, *boolean ? '\1' : '\0')};
  }
  const auto& tensor = std::get<FakeTensor>(leaf);
  const FakeStorage& storage = checkpoint.storages.at(tensor.storage);
  std::size_t bytes = storage.element_size;
  for (const std::int64_t side : tensor.shape) bytes *= static_cast<std::size_t>(side);
  return {kTypes.at(storage.type), tensor.shape, storage.bytes.substr(0, bytes)};
}

template <typename T>
void add(FakeCheckpoint& checkpoint, const std::string& key, std::vector<std::int64_t> shape,
         const std::string& type, const std::vector<T>& values) {
  checkpoint.storages[key] = make_storage(type, values);
  checkpoint.leaves[key] = FakeTensor{key, std::move(shape), {}, 0, false};
}

}  // namespace

void FakeCheckpoint::add_halves(const std::string& key, std::vector<std::int64_t> shape,
                                const std::vector<float>& values) {
  std::vector<std::uint16_t> halves;
  for (const float value : values) halves.push_back(kernels::float_to_half(value));
  add(*this, key, std::move(shape), "HalfStorage", halves);
}

void FakeCheckpoint::add_floats(const std::string& key, std::vector<std::int64_t> shape,
                                const std::vector<float>& values) {
  add(*this, key, std::move(shape), "FloatStorage", values);
}

void FakeCheckpoint::add_bytes(const std::string& key, std::vector<std::int64_t> shape,
                               const std::vector<std::uint8_t>& values) {
  add(*this, key, std::move(shape), "ByteStorage", values);
}

void FakeCheckpoint::add_shorts(const std::string& key, std::vector<std::int64_t> shape,
                                const std::vector<std::int16_t>& values) {
  add(*this, key, std::move(shape), "ShortStorage", values);
}

std::string object_pickle(const FakeCheckpoint& checkpoint) {
  PickleWriter writer;
  if (checkpoint.wrapped) writer.raw("}(").text("epoch").integer(3).text("state_dict");
  writer.raw("}");
  std::string open;  // The dictionary that the last key belongs to.
  for (const auto& [key, leaf] : checkpoint.leaves) {
    const std::size_t slash = key.find('/');
    const std::string layer = slash == std::string::npos ? "" : key.substr(0, slash);
    if (layer != open && !open.empty()) writer.raw("s");
    if (layer != open && !layer.empty()) writer.text(layer).raw("}");
    open = layer;
    writer.text(slash == std::string::npos ? key : key.substr(slash + 1));
    write_leaf(writer, checkpoint, leaf);
    writer.raw("s");
  }
  if (!open.empty()) writer.raw("s");
  if (checkpoint.wrapped) writer.raw("u");
  return writer.stop();
}

std::string save_legacy(const FakeCheckpoint& checkpoint) {
  const char magic[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  std::string file(magic, sizeof(magic) - 1);
  file += PickleWriter().raw("M").number(1001, 2).stop();
  file += PickleWriter().raw("}").text("little_endian").boolean(true).raw("s").stop();
  file += object_pickle(checkpoint);
  PickleWriter keys;
  keys.raw("](");
  for (const auto& [key, storage] : checkpoint.storages) keys.text(key);
  file += keys.raw("e").stop();
  for (const auto& [key, storage] : checkpoint.storages) {
    file += little_endian(storage.elements()) + storage.bytes;
  }
  return file;
}

std::string save_zip(const FakeCheckpoint& checkpoint) {
  std::vector<std::pair<std::string, std::string>> entries;
  entries.emplace_back("net/data.pkl", object_pickle(checkpoint));
  for (const auto& [key, storage] : checkpoint.storages) {
    entries.emplace_back("net/data/" + key, storage.bytes);
  }
  entries.emplace_back("net/version", "3\n");
  return write_archive(entries);
}

std::string save_safetensors(const FakeCheckpoint& checkpoint) {
  std::string header = R"({"__metadata__":{"format":"pt"})";
  std::string tensors;
  for (const auto& [key, leaf] : checkpoint.leaves) {
    std::string name = key;
    for (char& c : name) c = c == '/' ? '.' : c;
    const PlainTensor tensor = plain_tensor(checkpoint, leaf);
    std::string shape;
    for (const std::int64_t side : tensor.shape) {
      shape += (shape.empty() ? "" : ",") + std::to_string(side);
    }
    header += ",\"" + name + R"(":{"dtype":")" + tensor.type + R"(","shape":[)" + shape +
              R"(],"data_offsets":[)" + std::to_string(tensors.size()) + ",";
    tensors += tensor.bytes;
    header += std::to_string(tensors.size()) + "]}";
  }
  return safetensors_file(header + "}", tensors);
}

std::string safetensors_file(const std::string& header, const std::string& tensors) {
  return little_endian(header.size()) + header + tensors;
}

std::string write_archive(const std::vector<std::pair<std::string, std::string>>& entries,
                          bool deflated) {
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_t* zip = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  if (zip == nullptr) throw std::runtime_error("cannot make an archive");
  zip_source_keep(target);
  for (const auto& [name, bytes] : entries) {
    zip_source_t* source = zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = zip_file_add(zip, name.c_str(), source, 0);
    if (index < 0) throw std::runtime_error("cannot add to an archive");
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index),
                             deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  if (zip_close(zip) != 0) throw std::runtime_error("cannot write an archive");
  zip_stat_t stat;
  zip_source_stat(target, &stat);
  std::string archive(stat.size, '\0');
  zip_source_open(target);
  zip_source_read(target, archive.data(), archive.size());
  zip_source_close(target);
  zip_source_free(target);
  return archive;
}

}  // namespace bitdown::tests
