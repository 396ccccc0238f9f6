// SPDX-License-Identifier: MIT
#include "importers/importer.h"

#include <new>
#include <optional>

#include "error.h"
#include "importers/dialect.h"
#include "importers/failure.h"
#include "importers/ktb.h"
#include "importers/labels.h"
#include "importers/onnx/model.h"
#include "importers/onnx/onnx.h"
#include "importers/pqf.h"
#include "importers/resnet.h"
#include "importers/safetensors.h"
#include "importers/sha256.h"
#include "importers/state_dict.h"
#include "importers/torch/checkpoint.h"
#include "importers/torch/state_dict.h"
#include "importers/torchvision.h"
#include "platforms/mapped_file.h"

namespace bitdown::builder {
namespace {

constexpr const Dialect* kDialects[] = {&kKtb, &kPqf, &kTorchvision};

constexpr std::uint32_t kImagenetClasses = 1000;

// Bytes that tell nothing yet: a safetensors file begins with the length of its header.
constexpr std::size_t kShortest = 8;

const Dialect& find_dialect(const StateDict& dict) {
  for (const Dialect* dialect : kDialects) {
    if (dialect->matches(dict)) return *dialect;
  }
  const std::vector<std::string> keys = dict.keys();
  fail_unsupported(
      "an unknown kind of network" +
      (keys.empty() ? " without keys" : "; its first key is " + in_quotes(keys.front())));
}

using Folder = std::optional<std::filesystem::path>;

Graph build_network(StateDict dict, std::span<const std::byte> file) {
  const Dialect& dialect = find_dialect(dict);
  Graph graph = build_resnet(dict, dialect);
  graph.provenance.source_format = dialect.name;
  graph.provenance.source_sha256 = sha256(file);
  return graph;
}

Graph read_network(std::span<const std::byte> file, const Folder& folder) {
  if (is_safetensors(file)) return build_network(read_safetensors(file), file);
  if (onnx::is_model(file)) return onnx::import_onnx(file, folder);
  if (!torch::is_checkpoint(file)) {
    if (file.size() <= kShortest)
      fail_invalid("truncated: only " + std::to_string(file.size()) + " bytes");
    fail_unsupported("no PyTorch, safetensors or ONNX file");
  }
  const torch::Checkpoint checkpoint = torch::read_checkpoint(file);
  return build_network(torch::read_state_dict(checkpoint), file);
}

// What most files do not say, where it goes without saying.
void describe(Graph& graph) {
  if (graph.values[graph.outputs[0]].shape[0] != kImagenetClasses) return;
  graph.labels = imagenet_labels();
  const Preprocessing imagenet;
  const std::vector<std::uint32_t> input = {imagenet.channels, imagenet.crop_height,
                                            imagenet.crop_width};
  if (graph.values[graph.inputs[0]].shape == input) graph.preprocessing = imagenet;
}

Graph import_file(std::span<const std::byte> bytes, const std::filesystem::path& file,
                  const Folder& folder) {
  try {
    Graph graph = read_network(bytes, folder);
    graph.provenance.source_file = file.filename().string();
    if (graph.provenance.architecture.empty()) graph.provenance.architecture = file.stem().string();
    describe(graph);
    return graph;
  } catch (const Error& error) {
    throw Error(error.code(), file.string() + ": " + error.what());
  } catch (const std::bad_alloc&) {
    throw Error(StatusCode::kOutOfMemory, file.string() + ": out of memory");
  }
}

}  // namespace

Graph import_bytes(std::span<const std::byte> bytes, const std::filesystem::path& file) {
  return import_file(bytes, file, std::nullopt);
}

Graph import_network(const std::filesystem::path& file) {
  const Result<MappedFile> mapped = MappedFile::open(file.c_str());
  if (!mapped.ok()) {
    const Status& status = mapped.status();
    const std::string reason = status.where()[0] == '\0' ? "" : std::string(": ") + status.where();
    throw Error(status.code(), file.string() + ": " + status.message() + reason);
  }
  return import_file(mapped->bytes(), file, file.parent_path());
}

}  // namespace bitdown::builder
