// SPDX-License-Identifier: MIT
// What a network's file does not say, and grey photographs.
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "bitdown/model.h"
#include "builder/importers/support/onnx_writer.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

/// A grey network and photographs.
struct Sample {
  Folder folder;
  Folder images;
  std::string network = folder.write("grey.onnx", residual_network(1).save());
  std::string model = folder / "grey.bdn";

  explicit Sample(unsigned photos = 4) {
    std::string labels;
    for (unsigned i = 0; i < photos; ++i) {
      const std::string name = "p" + std::to_string(i) + ".bmp";
      write_photo(images, name.c_str(), i, 20, 12);
      labels += name + "\t" + std::to_string(i % 3) + "\n";
    }
    images.write("labels.tsv", labels);
  }

  Outcome import(const Arguments& more) const {
    Arguments arguments = {"import", network, "-o", model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tool(kTool, arguments);
  }
};

TEST_CASE("a grey network from ONNX works on photographs in all verbs of both tools") {
  const Sample sample;
  const std::string names = sample.folder.write("names.txt", "ant\nbee\ncat\n");
  const std::string line = check_ok(
      sample.import({"--mean", "0.3", "--std", "0.35", "--resize", "10", "--names", names}));
  CHECK(line.find("grey.bdn: grey (onnx), 7 layers with weights") != std::string::npos);
  const std::string photo = sample.images / "p1.bmp";
  const std::string seen = check_ok(run_tool(kTool, {"run", sample.model, photo}));
  CHECK(seen.find("bee") != std::string::npos);
  CHECK(check_ok(run_tool(kDeviceTool, {"run", sample.model, photo})) == seen);
  check_ok(run_tool(kTool, {"calibrate", sample.model, "--images", sample.images / "."}));
  check_ok(run_tool(kDeviceTool, {"run", sample.model, photo, "--precision", "fast"}));
  const json measured = json::parse(check_ok(
      run_tool(kTool, {"eval", sample.model, "--labels", sample.images / "labels.tsv", "--json"})));
  CHECK(measured["images"] == 4);
  check_ok(run_tool(kTool, {"sheet", sample.model, photo, "-o", sample.folder / "sheet.png"}));
  CHECK(check_ok(run_tool(kDeviceTool, {"info", sample.model})).find("1 x 8 x 8") !=
        std::string::npos);
}

TEST_CASE("a network that does not say how to prepare photographs takes prepared inputs only") {
  const Sample sample;
  check_ok(sample.import({}));
  const char* const kHint = "to prepare a photograph: import and build take --mean and --std";
  const std::string photo = sample.images / "p0.bmp";
  check_refused(run_tool(kTool, {"run", sample.model, photo}), 5, kHint);
  check_refused(run_tool(kDeviceTool, {"run", sample.model, photo}), 5, kHint);
  check_refused(run_tool(kTool, {"calibrate", sample.model, "--images", sample.images / "."}), 5,
                kHint);
  check_refused(run_tool(kTool, {"build", sample.network, "--images", sample.images / ".", "-o",
                                 sample.folder / "built.bdn"}),
                5, kHint);
  const std::string input =
      sample.folder.write("input.npy", npy_bytes("(1, 8, 8)", std::vector<float>(64, 0.5f)));
  check_ok(run_tool(kTool, {"run", sample.model, input}));
  check_ok(run_tool(kTool, {"verify", sample.model}));
}

TEST_CASE("descriptions that do not fit the network are refused") {
  const Sample sample;
  const auto refused = [&](const Arguments& more, const char* text) {
    check_refused(sample.import(more), 2, text);
  };
  refused({"--mean", "0.3"}, "grey.onnx: needs both --mean and --std");
  refused({"--resize", "12"}, "grey.onnx: needs both --mean and --std");
  refused({"--mean", "0.3,0.3,0.3", "--std", "1"}, "--mean 0.3,0.3,0.3: must be 1 number");
  refused({"--mean", "x", "--std", "1"}, "--mean x: must be 1 number");
  refused({"--mean", "inf", "--std", "1"}, "--mean inf: must be 1 number");
  refused({"--mean", "0,", "--std", "1"}, "--mean 0,: must be 1 number");
  refused({"--mean", "0", "--std", "0"}, "--std 0: must be 1 positive number");
  refused({"--mean", "0", "--std=-1"}, "--std -1: must be 1 positive number");
  refused({"--mean", "0", "--std", "1", "--resize", "7"},
          "--resize 7: the network's input has a side of 8");
  refused({"--resize", "0"}, "--resize");
  check_refused(sample.import({"--names", sample.folder / "none.txt"}), 3, "none.txt");
  CHECK(sample.folder.file_count() == 1);

  const Folder folder;
  const std::string five = folder.write("five.onnx", residual_network(5).save());
  check_refused(
      run_tool(kTool, {"import", five, "-o", folder / "x.bdn", "--mean", "0", "--std", "1"}), 2,
      "five.onnx: takes no photographs");
}

TEST_CASE("what is known of a network's photographs may be changed") {
  const Folder folder;
  const std::string network =
      folder.write("net.pth", save_legacy(make_checkpoint({TinyDialect::kPqf})));
  const auto described = [&](const Arguments& more) {
    Arguments arguments = {"import", network, "-o", folder / "net.bdn"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    check_ok(run_tool(kTool, arguments));
    const auto model = Model::open((folder / "net.bdn").c_str());
    REQUIRE(model.ok());
    return *model->preprocessing();
  };
  CHECK(described({}).mean[1] == 0.456f);
  const Preprocessing changed = described({"--mean", "0.5,0.25,0.125", "--resize", "232"});
  CHECK(changed.mean[1] == 0.25f);
  CHECK(changed.std[1] == 0.224f);
  CHECK(changed.resize_shorter == 232);
  CHECK(changed.channels == 3);
  CHECK(described({"--std", "1,2,3"}).std[2] == 3);
}

#if !defined(BITDOWN_SANITIZED)  // Seconds become minutes.
TEST_CASE("build quantizes a grey network from ONNX") {
  const Sample sample(40);
  const std::string names = sample.folder.write("names.txt", "ant\nbee\ncat\n");
  const Arguments command = {
      "build", sample.network, "--images", sample.images / ".", "-o",  sample.model, "--mean",
      "0.3",   "--std",        "0.35",     "--names",           names, "--json"};
  const Outcome outcome = run_tool(kTool, command);
  CAPTURE(outcome.err);
  REQUIRE(outcome.code == 0);
  const json result = json::parse(outcome.out);
  CHECK(result["layers"].size() == 6);  // All but the first convolution.
  check_ok(run_tool(kTool, {"verify", sample.model}));
  const std::string photo = sample.images / "p1.bmp";
  const std::string seen = check_ok(run_tool(kTool, {"run", sample.model, photo}));
  CHECK(seen.find("bee") != std::string::npos);
}
#endif

}  // namespace
}  // namespace bitdown::tests
