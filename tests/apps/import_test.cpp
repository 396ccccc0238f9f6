// SPDX-License-Identifier: MIT
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;

// A checkpoint of which the activations neither vanish nor overflow: codewords of +-1/32.
FakeCheckpoint tame_checkpoint() {
  FakeCheckpoint checkpoint = make_checkpoint({});
  for (auto& [name, storage] : checkpoint.storages) {
    if (!name.ends_with("centroids")) continue;
    for (std::size_t i = 0; i < storage.elements(); ++i) {
      storage.bytes.replace(2 * i, 2, i * i % 7 < 3 ? "\x00\xa8" : "\x00\x28", 2);
    }
  }
  return checkpoint;
}

struct Import {
  Folder folder;
  std::string checkpoint = folder.write("net.pth", save_legacy(tame_checkpoint()));

  Outcome run(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"import", checkpoint, "-o", output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tool(kTool, arguments);
  }
};

json inspect(const std::string& model) {
  return json::parse(check_ok(run_tool(kTool, {"inspect", model, "--json"})));
}

TEST_CASE("import says in one line what it made, and inspect what is inside") {
  const Import import;
  const std::string model = import.folder / "net.bdn";
  const std::string line = check_ok(import.run(model));
  CHECK(line.find("net.bdn: resnet18 (ktb), 21 layers with weights, ") != std::string::npos);
  CHECK(line.find('\n') == line.size() - 1);

  const json report = inspect(model);
  CHECK(report["architecture"] == "resnet18");
  CHECK(report["format_version"] == "1.1.0");
  CHECK(report["provenance"]["source_file"] == "net.pth");
  CHECK(report["provenance"]["source_format"] == "ktb");
  CHECK(report["bytes_file"] == read_file(model).size());
  CHECK(report["bytes_paper"].get<double>() > 0);
  REQUIRE(report["layers"].size() == 21);
  CHECK(report["layers"][1]["name"] == "layer1.0.conv1");
  CHECK(report["layers"][1]["shape"] == json({64, 64, 3, 3}));
  CHECK(report["layers"][1]["entries"] == kTinyEntries);

  const std::string table = check_ok(run_tool(kTool, {"inspect", model}));
  CHECK(table.find("layer1.0.conv1") != std::string::npos);
  CHECK(table.find("\npaper ") != std::string::npos);
  CHECK(table.find("\nfile ") != std::string::npos);
}

TEST_CASE("the same checkpoint gives the same bytes") {
  const Import import;
  check_ok(import.run(import.folder / "a.bdn"));
  check_ok(import.run(import.folder / "b.bdn"));
  CHECK(read_file(import.folder / "a.bdn") == read_file(import.folder / "b.bdn"));
}

TEST_CASE("labels are stored, and must be as many as the classes") {
  const Import import;
  const std::string model = import.folder / "net.bdn";
  const std::string names = import.folder.write("names.txt", "ant\nbee\ncat\n");
  check_ok(import.run(model, {"--names", names}));
  const std::string photo = write_photo(import.folder, "a.bmp");
  const json line = json::parse(check_ok(run_tool(kTool, {"run", model, photo, "--json"})));
  for (const json& entry : line["top"]) {
    CHECK(entry["name"] == json({"ant", "bee", "cat"})[entry["index"].get<std::size_t>()]);
  }
  const std::string two = import.folder.write("two.txt", "ant\nbee\n");
  check_refused(import.run(import.folder / "x.bdn", {"--names", two}), 4,
                "two.txt: 2 names, but the network has 3 classes");
  check_refused(import.run(import.folder / "x.bdn", {"--names", import.folder / "none.txt"}), 3,
                "none.txt: no such file");
}

TEST_CASE("the expanded network has no codes and computes the same") {
  const Import import;
  const std::string coded = import.folder / "coded.bdn";
  const std::string dense = import.folder / "dense.bdn";
  check_ok(import.run(coded));
  check_ok(import.run(dense, {"--expand"}));
  const json report = inspect(dense);
  REQUIRE(report["layers"].size() == 21);
  for (const json& layer : report["layers"]) CHECK(layer["entries"] == 0);
  CHECK(read_file(dense).size() > read_file(coded).size());

  const std::string photo = write_photo(import.folder, "a.bmp", 1);
  const auto logits = [&](const std::string& model) {
    const std::string file = import.folder / "logits.npy";
    check_ok(run_tool(kTool, {"run", model, photo, "--logits", file}));
    return npy_values(read_file(file));
  };
  const std::vector<float> expected = logits(coded);
  const std::vector<float> actual = logits(dense);
  REQUIRE(expected.size() == 3);
  REQUIRE(actual.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(std::isfinite(expected[i]));
    CHECK(std::abs(actual[i] - expected[i]) <= 1e-4f * std::abs(expected[i]));
  }
}

TEST_CASE("dense numbers are stored as asked") {
  const Import import;
  check_ok(import.run(import.folder / "half.bdn", {"--dense-type", "fp16"}));
  check_ok(import.run(import.folder / "full.bdn", {"--dense-type", "fp32"}));
  CHECK(inspect(import.folder / "half.bdn")["layers"][0]["bits_per_weight"] == 16);
  CHECK(inspect(import.folder / "full.bdn")["layers"][0]["bits_per_weight"] == 32);
}

TEST_CASE("a number too large for fp16 is refused with the file and the way out") {
  const Folder folder;
  FakeCheckpoint checkpoint = make_checkpoint({});
  const float large = 1e5f;
  checkpoint.storages.at("fc_bias/bias")
      .bytes.replace(0, sizeof large, reinterpret_cast<const char*>(&large), sizeof large);
  const std::string path = folder.write("net.pth", save_legacy(checkpoint));
  const auto import = [&](const char* type) {
    return run_tool(kTool, {"import", path, "-o", folder / "net.bdn", "--dense-type", type});
  };
  check_refused(import("fp16"), 4, path + ": ");
  check_refused(import("fp16"), 4, "does not fit fp16; --dense-type fp32 stores it");
  check_ok(import("fp32"));
}

TEST_CASE("a network imported with --calibrate is the one calibrated later") {
  const Import import;
  const Folder images;
  for (unsigned i = 0; i < 3; ++i) {
    write_photo(images, ("p" + std::to_string(i) + ".bmp").c_str(), i);
  }
  const std::string at_once = import.folder / "at-once.bdn";
  const std::string line =
      check_ok(import.run(at_once, {"--calibrate", images / ".", "--limit", "2"}));
  CHECK(line.find("21 layers with weights, ranges from 2 images, ") != std::string::npos);
  const std::string later = import.folder / "later.bdn";
  check_ok(import.run(later));
  check_ok(run_tool(kTool, {"calibrate", later, "--images", images / ".", "--limit", "2"}));
  CHECK(read_file(at_once) == read_file(later));

  check_refused(import.run(import.folder / "x.bdn", {"--calibrate", import.folder / "none"}), 3,
                "none: No such file or directory");
  check_refused(import.run(import.folder / "x.bdn", {"--limit", "2"}), 2, "--limit");
  CHECK_FALSE(std::filesystem::exists(import.folder / "x.bdn"));
}

}  // namespace
}  // namespace bitdown::tests
