// SPDX-License-Identifier: MIT
#include "finetune/finetune.h"

#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

TEST_CASE("without libtorch the tool says so before any work") {
  if (builder::can_finetune()) return;
  const Folder folder;
  const std::string text = "built without libtorch, which fine-tuning needs";
  check_refused(run_tool(kTool, {"finetune", folder / "net.pth", folder / "net.bdn", "--images",
                                 folder / ".", "-o", folder / "out.bdn"}),
                5, text.c_str());
  const std::string network =
      folder.write("net.pth", save_legacy(make_checkpoint({TinyDialect::kTorchvision, 18, 3})));
  write_photo(folder, "photo.bmp", 1);
  check_refused(run_tool(kTool, {"build", network, "--images", folder / ".", "--finetune", "1",
                                 "-o", folder / "out.bdn"}),
                5, text.c_str());
  CHECK(folder.file_count() == 2);
}

TEST_CASE("with libtorch a blob is tuned, calibrated and verified") {
  if (!builder::can_finetune()) return;
  const Folder folder;
  const Folder images;
  for (unsigned i = 0; i < 20; ++i) {
    write_photo(images, ("p" + std::to_string(i) + ".bmp").c_str(), i);
  }
  const std::string network =
      folder.write("net.pth", save_legacy(make_checkpoint({TinyDialect::kTorchvision, 18, 3})));
  const std::string blob = folder / "dense.bdn";
  const std::string output = folder / "tuned.bdn";
  check_ok(run_tool(kTool, {"import", network, "-o", blob}));
  check_refused(run_tool(kTool, {"finetune", network, blob, "--images", images / ".", "--limit",
                                 "3", "-o", output}),
                4, "bitdown: " + (images / ".") + ": too few images to fine-tune: 3, needs 20");
  const Outcome outcome = run_tool(kTool, {"finetune", network, blob, "--images", images / ".",
                                           "--epochs", "1", "--json", "-o", output});
  REQUIRE(outcome.code == 0);
  const auto result = nlohmann::json::parse(outcome.out);
  CHECK(result["images"] == 20);
  CHECK(result["held_out_before"] >= 0);
  check_ok(run_tool(kTool, {"verify", output}));
  CHECK(folder.file_count() == 3);  // No state is left.
}

}  // namespace
}  // namespace bitdown::tests
