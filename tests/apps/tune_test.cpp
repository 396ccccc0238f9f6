// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("tune writes a plan beside the model, with a section for each number of threads") {
  const Folder folder;
  const std::string model = write_network(folder, calibrated_spec());
  const json report = json::parse(
      check_ok(run_tool(kTool, {"tune", model, "--runs", "3", "--threads", "1", "2", "--json"})));
  CHECK(report["output"] == model + ".plan");
  CHECK(report["runs"] == 3);
  REQUIRE(report["plans"].size() == 2);
  for (const std::size_t i : {0, 1}) {
    const json& plan = report["plans"][i];
    CHECK(plan["threads"] == i + 1);
    CHECK(plan["layers"] == 1);
    CHECK(plan["fastest_ms"].get<double>() > 0);
    CHECK(plan["fastest_ms"].get<double>() <= plan["decode_ms"].get<double>());
    CHECK(plan["median_over_least"].get<double>() >= 1);
    CHECK((plan["table_layers"] == 1) ==
          (plan["fastest_ms"].get<double>() < plan["decode_ms"].get<double>()));
  }
  const std::string text = read_file(model + ".plan");
  CHECK(text.starts_with("bitdown plan 2\nfor model "));
  CHECK(has(text, " threads 1 cpu "));
  CHECK(has(text, " threads 2 cpu "));
  CHECK(std::count(text.begin(), text.end(), '\n') == 5);
  CHECK(folder.file_count() == 2);  // And nothing unfinished.
}

TEST_CASE("tuning again keeps what it does not measure") {
  const Folder folder;
  const std::string model = write_network(folder, calibrated_spec());
  const auto tune = [&](const char* threads) {
    return check_ok(run_tool(kTool, {"tune", model, "--runs", "1", "--threads", threads}));
  };
  CHECK(has(tune("1"), "1 layers"));
  tune("2");
  const std::string text = read_file(model + ".plan");
  CHECK(has(text, " threads 1 cpu "));
  CHECK(has(text, " threads 2 cpu "));
  // Another network under the same name has nothing of it.
  ModelSpec other = calibrated_spec();
  other.labels = {"x", "y", "z"};
  write_network(folder, other);
  tune("2");
  CHECK_FALSE(has(read_file(model + ".plan"), " threads 1 cpu "));
}

TEST_CASE("tune refuses what it cannot measure and what it must not overwrite") {
  const Folder folder;
  const std::string model = write_network(folder, calibrated_spec());
  const std::string plain = write_network(folder, tiny_spec(), "plain.bdn");
  const std::string text = folder.write("notes.txt", "keep me");
  const std::size_t files = folder.file_count();
  const auto refuse = [&](std::vector<std::string> arguments, int code, std::string_view what) {
    CAPTURE(arguments);
    arguments.insert(arguments.begin(), "tune");
    check_refused(run_tool(kTool, arguments), code, what);
  };
  refuse({}, 2, "MODEL");
  refuse({model, "--threads", "0"}, 2, "--threads");
  refuse({model, "--runs", "0"}, 2, "--runs");
  refuse({folder / "none.bdn"}, 3, "none.bdn");
  refuse({text}, 4, "notes.txt");
  refuse({plain, "--precision", "fast"}, 5, "plain.bdn: fast needs activation ranges");
  refuse({model, "-o", model}, 2, "would overwrite");
  refuse({model, "-o", text}, 6, "notes.txt: is there and no plan file");
  refuse({model, "-o", "/proc/x.plan", "--runs", "1"}, 6, "/proc/x.plan");
  CHECK(read_file(text) == "keep me");
  CHECK(folder.file_count() == files);
}

}  // namespace
}  // namespace bitdown::tests
