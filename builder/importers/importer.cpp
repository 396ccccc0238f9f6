// SPDX-License-Identifier: MIT
#include "importers/importer.h"

#include <new>

#include "error.h"
#include "importers/dialect.h"
#include "importers/failure.h"
#include "importers/ktb.h"
#include "importers/labels.h"
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

const Dialect& find_dialect(const StateDict& dict) {
  for (const Dialect* dialect : kDialects) {
    if (dialect->matches(dict)) return *dialect;
  }
  const std::vector<std::string> keys = dict.keys();
  fail_unsupported(
      "an unknown kind of network" +
      (keys.empty() ? " without keys" : "; its first key is " + in_quotes(keys.front())));
}

Graph build_network(StateDict dict) {
  const Dialect& dialect = find_dialect(dict);
  Graph graph = build_resnet(dict, dialect);
  graph.provenance.source_format = dialect.name;
  if (graph.values[graph.outputs[0]].shape[0] == kImagenetClasses) graph.labels = imagenet_labels();
  return graph;
}

Graph read_network(std::span<const std::byte> bytes) {
  if (is_safetensors(bytes)) return build_network(read_safetensors(bytes));
  if (!torch::is_checkpoint(bytes)) fail_unsupported("neither a PyTorch nor a safetensors file");
  const torch::Checkpoint checkpoint = torch::read_checkpoint(bytes);
  return build_network(torch::read_state_dict(checkpoint));
}

}  // namespace

Graph import_bytes(std::span<const std::byte> bytes, const std::filesystem::path& file) {
  try {
    Graph graph = read_network(bytes);
    graph.provenance.source_sha256 = sha256(bytes);
    graph.provenance.source_file = file.filename().string();
    return graph;
  } catch (const Error& error) {
    throw Error(error.code(), file.string() + ": " + error.what());
  } catch (const std::bad_alloc&) {
    throw Error(StatusCode::kOutOfMemory, file.string() + ": out of memory");
  }
}

Graph import_network(const std::filesystem::path& file) {
  const Result<MappedFile> mapped = MappedFile::open(file.c_str());
  if (!mapped.ok()) {
    const Status& status = mapped.status();
    const std::string reason = status.where()[0] == '\0' ? "" : std::string(": ") + status.where();
    throw Error(status.code(), file.string() + ": " + status.message() + reason);
  }
  return import_bytes(mapped->bytes(), file);
}

}  // namespace bitdown::builder
