// SPDX-License-Identifier: MIT
// The released float networks through PyTorch's ONNX exporter: the same blobs as from their
// checkpoints. Needs BITDOWN_DATA and Debian's python3-torch, or another Python with torch in
// BITDOWN_PYTHON.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "doctest/doctest.h"
#include "importers/importer.h"
#include "support/folder.h"
#include "writer/writer.h"

namespace {

using namespace bitdown::builder;
namespace fs = std::filesystem;

constexpr const char* kNetworks[] = {"resnet18-float", "resnet50-float"};

fs::path models_folder() {
  const char* data = std::getenv("BITDOWN_DATA");
  return fs::path(data != nullptr ? data : BITDOWN_DEFAULT_DATA) / "models";
}

std::string python() {
  const char* chosen = std::getenv("BITDOWN_PYTHON");
  return chosen != nullptr ? chosen : "/usr/bin/python3";
}

std::vector<std::byte> blob(const fs::path& network, DensePrecision precision) {
  Graph graph = import_network(network);
  graph.provenance = {};
  return write_blob(graph, precision);
}

}  // namespace

TEST_CASE("a released network is the same blob from ONNX as from its checkpoint") {
  for (const char* name : kNetworks) {
    CAPTURE(name);
    const bitdown::tests::Folder folder;
    const fs::path checkpoint = models_folder() / (std::string(name) + ".pth");
    const std::string onnx = folder / "network.onnx";
    const std::string command = python() + " " BITDOWN_EXPORTED_DIR "/resnet.py " +
                                checkpoint.string() + " " + onnx + " >/dev/null 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);
    for (const DensePrecision precision : {DensePrecision::kFloat16, DensePrecision::kFloat32}) {
      const std::vector<std::byte> expected = blob(checkpoint, precision);
      const bool same = blob(onnx, precision) == expected;
      std::printf("%s: %zu bytes, %s\n", name, expected.size(), same ? "the same" : "different");
      CHECK(same);
    }
  }
}

int main(int argc, char** argv) {
  for (const char* name : kNetworks) {
    const fs::path file = models_folder() / (std::string(name) + ".pth");
    if (fs::exists(file)) continue;
    std::printf("skipped: no %s; BITDOWN_DATA names the folder with models/\n", file.c_str());
    return 77;
  }
  if (std::system((python() + " -c 'import torch' >/dev/null 2>&1").c_str()) != 0) {
    std::printf("skipped: %s has no torch: apt install python3-torch\n", python().c_str());
    return 77;
  }
  return doctest::Context(argc, argv).run();
}
