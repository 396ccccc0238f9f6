// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;

// Its activations do not overflow: batch-norms divide by more than the tiny one's.
FakeCheckpoint float_checkpoint() {
  FakeCheckpoint checkpoint = make_checkpoint({TinyDialect::kTorchvision, 18, 3});
  const float variance = 2e5f;
  for (auto& [name, storage] : checkpoint.storages) {
    if (!name.ends_with("running_var")) continue;
    for (std::size_t i = 0; i < storage.elements(); ++i) {
      std::memcpy(storage.bytes.data() + 4 * i, &variance, sizeof variance);
    }
  }
  return checkpoint;
}

// A float ResNet-18 and a folder of photographs, of which it takes 64.
struct Sample {
  Folder folder;
  Folder images;
  std::string network = folder.write("net.pth", save_legacy(float_checkpoint()));
  std::string output = folder / "net.bdn";

  explicit Sample(unsigned photos) {
    for (unsigned i = 0; i < photos; ++i) {
      write_photo(images, ("p" + std::to_string(i) + ".bmp").c_str(), i);
    }
  }

  std::vector<std::string> command(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"build", network, "--images", images / ".", "-o", output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  void check_untouched() const { CHECK(folder.file_count() == 1); }
};

TEST_CASE("too few images: how many it takes, and nothing is written") {
  const Sample sample(2);
  sample.images.write("broken.jpg", "no image");
  const Outcome outcome = run_tool(kTool, sample.command());
  CHECK(outcome.code == 4);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("bitdown: skipped "));
  CHECK(outcome.err.find("broken.jpg: not a readable image") != std::string::npos);
  CHECK(outcome.err.find("bitdown: " + (sample.images / ".") +
                         ": too few images: 2, but layer 'fc' needs 64") != std::string::npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 2);
  sample.check_untouched();
}

TEST_CASE("arguments that do not work are refused by name") {
  const Sample sample(1);
  const auto refused = [&](const std::vector<std::string>& more, int code, const char* text) {
    check_refused(run_tool(kTool, sample.command(more)), code, text);
  };
  refused({"--regime", "tiny"}, 2, "--regime");
  refused({"--method", "magic"}, 2, "--method");
  refused({"--report", "report.pdf"}, 2, "report.pdf: a report is a .html or a .json file");
  refused({"--recipe", sample.folder / "none.json"}, 3, "none.json");
  refused({"--target-size", "5GB"}, 2, "--target-size");
  refused({"--target-size", "0.5KB"}, 2, "--target-size");
  refused({"--target-size", "20KB"}, 4, "a blob of 0.020 MB is too small");
  refused({"--set", "magic=1"}, 2, "--set magic=1: there are rows, ");
  refused({"--set", "rounds"}, 2, "--set rounds: needs NAME=VALUE");
  refused({"--set", "rounds=many"}, 2, "--set rounds=many: must be a whole number");
  refused({"--set", "shrink=2"}, 2, "--set shrink=2: must be a number from 0 to 1");
  refused({"--set", "rows=0"}, 2, "--set rows=0: must be a whole number from 100 to");
  refused({"--set", "views=1.5"}, 2, "--set views=1.5: must be a whole number from 1 to 2");
  for (const std::string size : {"MB", ".MB", "infMB", "0x10MB", "1.2.3MB", "1e1MB"}) {
    refused({"--target-size", size}, 2, ("'" + size + "' is no size such as 5MB").c_str());
  }
  const std::string page = sample.folder / "one.html";
  check_refused(run_tool(kTool, {"build", sample.network, "--images", sample.images / ".", "-o",
                                 page, "--report", page}),
                2, "one.html: cannot be both the blob and the report");
  const std::string photo = sample.images / "p0.bmp";
  check_refused(
      run_tool(kTool, {"build", sample.network, "--images", sample.images / ".", "-o", photo}), 2,
      "p0.bmp: would overwrite the input");
  check_refused(run_tool(kTool, {"build", sample.folder / "no.pth", "--images", sample.images / ".",
                                 "-o", sample.output}),
                3, "no.pth");
  check_refused(run_tool(kTool, {"build", sample.network, "--images", sample.folder / "none", "-o",
                                 sample.output}),
                3, "none: No such file or directory");
  check_refused(run_tool(kTool, {"build", sample.network, "--images", sample.images / ".", "-o",
                                 sample.network}),
                2, "would overwrite the input");
  // One image is too few, but the list comes first.
  const std::string labels = sample.images.write("labels.tsv", "p0.bmp\t1000\n");
  refused({"--labels", labels}, 4, "labels.tsv: line 1: class index 1000");
  sample.check_untouched();
}

TEST_CASE("a partial file that is somebody else's is refused and stays") {
  const Sample sample(1);
  const std::string file = sample.folder.write("net.bdn.partial", "half of a download");
  check_refused(run_tool(kTool, sample.command()), 6,
                "net.bdn.partial: is there, and is no unfinished work of bitdown's");
  CHECK(read_file(file) == "half of a download");
}

TEST_CASE("a network that is compressed already has nothing to quantize") {
  const Sample sample(1);
  const std::string coded =
      sample.folder.write("coded.pth", save_legacy(make_checkpoint({TinyDialect::kPqf, 18, 3})));
  check_refused(
      run_tool(kTool, {"build", coded, "--images", sample.images / ".", "-o", sample.output}), 5,
      "coded.pth: the network has no layer to quantize");
}

#if !defined(BITDOWN_SANITIZED)  // Seconds become minutes.
TEST_CASE("a build that a full disk ends goes on where it stopped, and leaves a verified blob") {
  const Sample sample(64);
  sample.images.write("broken.jpg", "no image");
  std::vector<std::string> command = sample.command({"--json"});
  for (const char* setting : {"rows=500", "held-rows=100", "rounds=1", "regression=0",
                              "kmeans-iterations=2", "cg-iterations=1", "views=1"}) {
    command.insert(command.end(), {"--set", setting});
  }
  // 64 KB: some layers fit.
  const Outcome stopped = run_tool(kTool, command, "ulimit -f 128;");
  CHECK(stopped.code == 6);
  CHECK(stopped.out.empty());
  CHECK(stopped.err.find("net.bdn.partial") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(sample.output));
  REQUIRE(std::filesystem::exists(sample.output + ".partial"));
  CHECK(std::filesystem::file_size(sample.output + ".partial") > 20000);
  CHECK(sample.folder.file_count() == 2);

  const std::string labels = sample.images.write("labels.tsv", "p0.bmp\t0\np1.bmp\t1\n");
  command.insert(command.end(), {"--report", sample.folder / "report.html", "--labels", labels});
  const Outcome outcome = run_tool(kTool, command);
  REQUIRE(outcome.code == 0);
  const json result = json::parse(outcome.out);
  CHECK(result["images"] == 64);
  CHECK(result["skipped"] == 1);
  CHECK(result["layers"].size() == 20);
  CHECK(result["bytes_file"] == std::filesystem::file_size(sample.output));
  CHECK(sample.folder.file_count() == 3);   // The partial file is gone, the report is there.
  CHECK(result["answers"]["images"] == 6);  // Every tenth.
  CHECK(result["answers"]["layers"].size() > 20);
  CHECK(result["accuracy"]["photos"] == 2);
  const std::string page = read_file(sample.folder / "report.html");
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(page.ends_with("</html>\n"));
  for (const char* part : {"net.bdn", "layer4.1.conv2", "data:image/jpeg;base64,", "top-1, blob"}) {
    CAPTURE(part);
    CHECK(page.find(part) != std::string::npos);
  }
  CHECK(page.find("http") == std::string::npos);  // Nothing from the network.

  const std::string verified = check_ok(run_tool(kTool, {"verify", sample.output}));
  CHECK(verified.find("golden pair  int8: largest difference") != std::string::npos);
  CHECK(verified.find("golden pair  float32: largest difference") != std::string::npos);
  const json report = json::parse(check_ok(run_tool(kTool, {"inspect", sample.output, "--json"})));
  CHECK(report["layers"].size() == 21);
  CHECK(report["layers"][1]["block_size"] == 9);
  CHECK_FALSE(report["layers"][1]["range"].is_null());
}
#endif

}  // namespace
}  // namespace bitdown::tests
