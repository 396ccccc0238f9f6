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
  CHECK(outcome.err.find("net.pth: too few images: 2, but layer 'fc' needs 64") !=
        std::string::npos);
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
  refused({"--set", "magic=1"}, 2, "--set magic=1: there are rows, ");
  refused({"--set", "rounds"}, 2, "--set rounds: needs NAME=VALUE");
  refused({"--set", "rounds=many"}, 2, "--set rounds=many: must be a number");
  refused({"--set", "shrink=2"}, 2, "--set shrink=2: must be a number from 0 to 1");
  check_refused(run_tool(kTool, {"build", sample.folder / "no.pth", "--images", sample.images / ".",
                                 "-o", sample.output}),
                3, "no.pth");
  check_refused(run_tool(kTool, {"build", sample.network, "--images", sample.folder / "none", "-o",
                                 sample.output}),
                3, "none: No such file or directory");
  check_refused(run_tool(kTool, {"build", sample.network, "--images", sample.images / ".", "-o",
                                 sample.network}),
                2, "would overwrite the input");
  sample.check_untouched();
}

TEST_CASE("a network that is compressed already has nothing to quantize") {
  const Sample sample(1);
  const std::string coded =
      sample.folder.write("coded.pth", save_legacy(make_checkpoint({TinyDialect::kPqf, 18, 3})));
  check_refused(
      run_tool(kTool, {"build", coded, "--images", sample.images / ".", "-o", sample.output}), 5,
      "coded.pth: the network has no layer to quantize");
}

}  // namespace
}  // namespace bitdown::tests
