// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;

struct Sample {
  Folder folder;
  Folder images;
  std::string model = write_network(folder, tiny_spec());

  Sample() {
    for (unsigned i = 0; i < 3; ++i) {
      write_photo(images, ("p" + std::to_string(i) + ".bmp").c_str(), i);
    }
  }

  Outcome compare(const std::string& other, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"compare", model, other, "--images", images / "."};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tool(kTool, arguments);
  }
};

TEST_CASE("compare lists the layers and the images") {
  const Sample sample;
  const json same = json::parse(check_ok(sample.compare(sample.model, {"--json"})));
  CHECK(same["images"] == 3);
  CHECK(same["agreement"] == 1.0);
  CHECK(same["unmatched"] == 0);
  CHECK(same["worst"].size() == 3);
  REQUIRE(same["layers"].size() > 2);
  for (const json& layer : same["layers"]) CHECK(layer["error"] == 0.0);

  ModelSpec other = tiny_spec();
  other.operators[kConv2].activation = schema::Activation::none;
  const std::string changed = write_network(sample.folder, other, "changed.bdn");
  const json differs = json::parse(check_ok(sample.compare(changed, {"--json"})));
  CHECK(differs["layers"][0]["error"] == 0.0);
  bool any = false;
  for (const json& layer : differs["layers"]) any = any || layer["error"] > 0.0;
  CHECK(any);
  const std::string text = check_ok(sample.compare(changed, {"--limit", "2"}));
  CHECK(text.find("of 2 images") != std::string::npos);
  CHECK(text.find("largest differences:") != std::string::npos);
}

TEST_CASE("what cannot be compared is refused by name") {
  const Sample sample;
  sample.images.write("broken.jpg", "no image");
  const Outcome outcome = sample.compare(sample.model);
  CHECK(outcome.code == 0);
  CHECK(outcome.err.find("skipped") != std::string::npos);
  CHECK(outcome.err.find("broken.jpg") != std::string::npos);
  check_refused(sample.compare(sample.folder / "none.bdn"), 3, "none.bdn");
  const Folder empty;
  check_refused(run_tool(kTool, {"compare", sample.model, sample.model, "--images", empty / "."}),
                4, "has no images");
}

}  // namespace
}  // namespace bitdown::tests
