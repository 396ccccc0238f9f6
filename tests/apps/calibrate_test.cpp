// SPDX-License-Identifier: MIT
#include <algorithm>
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

// A network and a folder of five photographs, and what is none.
struct Sample {
  Folder folder;
  Folder images;
  std::string model = write_network(folder, tiny_spec());

  Sample() {
    for (unsigned i = 0; i < 5; ++i) {
      write_photo(images, ("p" + std::to_string(i) + ".bmp").c_str(), i);
    }
    images.write("labels.tsv", "p0.bmp\t1\n");
  }

  std::vector<std::string> command(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"calibrate", model, "--images", images / "."};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

json layers(const std::string& model) {
  return json::parse(check_ok(run_tool(kTool, {"inspect", model, "--json"})))["layers"];
}

TEST_CASE("calibrate stores a range for every value, in place") {
  const Sample sample;
  for (const json& layer : layers(sample.model)) CHECK(layer["range"].is_null());
  const json result = json::parse(check_ok(run_tool(kTool, sample.command({"--json"}))));
  CHECK(result["output"] == sample.model);
  CHECK(result["images"] == 5);
  CHECK(result["skipped"] == 0);
  CHECK(result["ranges"] == 7);
  CHECK(result["bytes_file"] == std::filesystem::file_size(sample.model));
  CHECK(sample.folder.file_count() == 1);
  for (const json& layer : layers(sample.model)) {
    const double min = layer["range"][0];
    const double max = layer["range"][1];
    CHECK(min <= 0);
    CHECK(max > 0);
    const double zero_point = -min * 255 / (max - min);
    CHECK(zero_point == std::round(zero_point));
  }
  // Calibrated again, it is the same.
  const std::string once = read_file(sample.model);
  check_ok(run_tool(kTool, sample.command()));
  CHECK(read_file(sample.model) == once);
}

TEST_CASE("the number of jobs changes nothing, the images do") {
  const Sample sample;
  const auto calibrated = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = sample.command(more);
    arguments.insert(arguments.end(), {"-o", sample.folder / "out.bdn"});
    check_ok(run_tool(kTool, arguments));
    return read_file(sample.folder / "out.bdn");
  };
  const std::string before = read_file(sample.model);
  const std::string one = calibrated({"--jobs", "1"});
  CHECK(calibrated({"--jobs", "4"}) == one);
  CHECK(calibrated({"--limit", "5"}) == one);
  CHECK(calibrated({"--limit", "1"}) != one);
  CHECK(read_file(sample.model) == before);
}

TEST_CASE("broken images are named, counted and left out") {
  const Sample sample;
  check_ok(run_tool(kTool, sample.command({"-o", sample.folder / "good.bdn"})));
  sample.images.write("a.jpg", "no image");
  sample.images.write("z.PNG", "");
  Outcome outcome =
      run_tool(kTool, sample.command({"-o", sample.folder / "out.bdn", "--jobs", "3"}));
  CHECK(outcome.code == 0);
  CHECK(outcome.out.find(": 7 ranges from 5 images, 2 skipped, ") != std::string::npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 2);
  const std::size_t first = outcome.err.find("a.jpg: not a readable image");
  const std::size_t second = outcome.err.find("z.PNG: ");
  CHECK(outcome.err.starts_with("bitdown: skipped "));
  REQUIRE(first != std::string::npos);
  REQUIRE(second != std::string::npos);
  CHECK(first < second);
  CHECK(read_file(sample.folder / "out.bdn") == read_file(sample.folder / "good.bdn"));
  // The first two in alphabetical order: a.jpg and p0.bmp.
  outcome = run_tool(kTool, sample.command({"--limit", "2", "--json"}));
  CHECK(json::parse(outcome.out)["images"] == 1);
  CHECK(json::parse(outcome.out)["skipped"] == 1);
}

TEST_CASE("without a usable image nothing is written") {
  const Sample sample;
  const std::string before = read_file(sample.model);
  const Folder empty;
  const auto calibrate = [&](const std::string& folder) {
    return run_tool(kTool, {"calibrate", sample.model, "--images", folder});
  };
  check_refused(calibrate(empty / "."), 4, "has no images");
  empty.write("b.jpg", "no image");
  empty.write("c.jpg", "no image");
  check_refused(calibrate(empty / "."), 4, "has no usable image; the first: ");
  check_refused(calibrate(empty / "none"), 3, "none: No such file or directory");
  check_refused(calibrate(sample.model), 3, "Not a directory");
  CHECK(read_file(sample.model) == before);
}

TEST_CASE("models and outputs that do not work are refused by name") {
  const Sample sample;
  const std::string text = sample.folder.write("text.bdn", "no model");
  check_refused(run_tool(kTool, {"calibrate", text, "--images", sample.images / "."}), 4,
                "text.bdn");
  ModelSpec spec = tiny_spec();
  spec.preprocessing.reset();
  const std::string bare = write_network(sample.folder, spec, "bare.bdn");
  check_refused(run_tool(kTool, {"calibrate", bare, "--images", sample.images / "."}), 5,
                "bare.bdn: does not say how to prepare a photograph: import and build take");
  check_refused(run_tool(kTool, sample.command({"-o", sample.folder / "absent/out.bdn"})), 6,
                "absent/out.bdn");
  check_refused(run_tool(kTool, {"calibrate", sample.model}), 2, "--images");
  check_refused(run_tool(kTool, sample.command({"--limit", "0"})), 2, "--limit");
}

}  // namespace
}  // namespace bitdown::tests
