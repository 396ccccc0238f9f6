// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;

json plan(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "plan");
  arguments.push_back("--json");
  return json::parse(check_ok(run_tool(kTool, arguments)));
}

// A tuned network whose plan says that conv2 is faster by `algorithm`, whatever was measured.
std::string write_tuned(const Folder& folder, const std::string& algorithm) {
  const std::string model = write_network(folder, calibrated_spec());
  check_ok(run_tool(kTool, {"tune", model, "--runs", "1", "--threads", "1"}));
  std::string text = read_file(model + ".plan");
  const std::size_t line = text.rfind('\n', text.size() - 2) + 1;
  text = text.substr(0, line) +
         (algorithm == "table" ? "2 2000000 1000000 1500000 0\n" : "2 1000000 2000000 900000 0\n");
  folder.write("tiny.bdn.plan", text);
  return model;
}

TEST_CASE("plan --json has layers with the keys that scripts rely on") {
  const Folder folder;
  const std::string model = write_network(folder, calibrated_spec());
  const json report = plan({model, "--threads", "1", "--isa", "portable"});
  CHECK(report["isa"] == "portable");
  CHECK(report["threads"] == 1);
  CHECK(report["plan"].is_null());
  REQUIRE(report["layers"].size() == 3);
  const json& dense = report["layers"][0];
  CHECK(dense["name"] == "conv1");
  CHECK(dense["algorithm"].is_null());
  CHECK(dense["predicted_ms"]["decode"].is_null());
  const json& coded = report["layers"][1];
  CHECK(coded["name"] == "conv2");
  CHECK(coded["shape"] == json({4, 4, 3, 3}));
  CHECK(coded["output"] == json({4, 4, 4}));
  CHECK(coded["entries"] == 16);
  CHECK(coded["block_size"] == 9);
  CHECK(coded["predicted_ms"]["decode"].get<double>() > 0);
  CHECK(coded["predicted_ms"]["table"].get<double>() > 0);
  CHECK(coded["predicted_ms"]["expanded"].get<double>() > 0);
  CHECK(coded["expanded_bytes"].get<double>() >= 4 * 36);
  CHECK(coded["measured_ms"]["decode"].is_null());
  CHECK(coded["measured_ms"]["table"].is_null());
}

TEST_CASE("the file beside the model decides, unless told otherwise") {
  const Folder folder;
  for (const std::string algorithm : {"table", "decode"}) {
    const std::string other = algorithm == "table" ? "decode" : "table";
    const std::string model = write_tuned(folder, algorithm);
    const json with = plan({model, "--threads", "1"});
    CHECK(with["plan"] == model + ".plan");
    CHECK(with["layers"][1]["algorithm"] == algorithm);
    CHECK(with["layers"][1]["measured_ms"][algorithm] == 1.0);
    CHECK(with["layers"][1]["measured_ms"][other] == 2.0);
    CHECK(plan({model, "--threads", "1", "--algorithm", other})["layers"][1]["algorithm"] == other);
    CHECK(plan({model, "--threads", "1", "--no-plan"})["plan"].is_null());
    const json budget = plan({model, "--threads", "1", "--memory-budget", "1"});
    CHECK(budget["layers"][1]["algorithm"] == (algorithm == "table" ? "table" : "expanded"));
    CHECK(plan({model, "--threads", "2"})["plan"].is_null());
    // Every verb that runs the network takes it, as bench shows.
    const json bench = json::parse(
        check_ok(run_tool(kTool, {"bench", model, "--threads", "1", "--runs", "1", "--json"})));
    CHECK((bench["layers"][2]["algorithm"] == "table") == (algorithm == "table"));
  }
}

TEST_CASE("an algorithm that nothing would come of is refused") {
  const Folder folder;
  const std::string model = write_tuned(folder, "decode");
  const std::string plain = write_network(folder, tiny_spec(), "plain.bdn");
  const bool with_xnnpack = run_tool(kTool, {"verify", plain, "--dense", "xnnpack"}).code == 0;
  for (const char* verb : {"plan", "verify", "bench"}) {
    const auto refused = [&](std::vector<std::string> arguments, const std::string& text) {
      CAPTURE(arguments);
      arguments.insert(arguments.begin(), verb);
      const Outcome outcome = run_tool(kTool, arguments);
      check_refused(outcome, 2, text);
      CHECK(outcome.out.empty());
    };
    refused({model, "--precision", "exact", "--algorithm", "table"},
            "--algorithm table: is for int8, but --precision exact runs in float32");
    refused({model, "--precision", "fast", "--algorithm", "winograd"},
            "--algorithm winograd: is for float32, but --precision fast runs in int8");
    refused({model, "--algorithm", "winograd"},
            "--algorithm winograd: is for float32, but " + model + " runs in int8");
    refused({plain, "--algorithm", "table"},
            "--algorithm table: is for int8, but " + plain + " runs in float32");
    refused({plain, "--algorithm", "expanded", "--memory-budget", "1"},
            "--algorithm expanded: is for int8, but " + plain + " runs in float32");
    if (with_xnnpack) {
      refused({model, "--dense", "xnnpack", "--algorithm", "table"},
              "--algorithm table: is for int8, but --dense xnnpack runs in float32");
    }
    refused({model, "--algorithm", "expanded"}, "--algorithm expanded: needs a --memory-budget");
    refused({model, "--algorithm", "decode", "--plan", model + ".plan"},
            "--algorithm excludes --plan");
  }
  check_refused(run_tool(kTool, {"bench", model, "--vs", plain, "--vs-algorithm", "table"}), 2,
                "--algorithm table: is for int8, but " + plain + " runs in float32");
}

TEST_CASE("float32 has a plan of its own, in the same file") {
  const Folder folder;
  const std::string model = write_tuned(folder, "table");
  const auto tuned = [&](const char* precision) {
    return plan({model, "--threads", "1", "--precision", precision});
  };
  CHECK(tuned("exact")["plan"].is_null());
  const json predicted = tuned("exact")["layers"][1];
  CHECK(predicted["predicted_ms"]["winograd"].get<double>() > 0);
  CHECK(predicted["predicted_ms"]["table"].is_null());
  const json report = json::parse(check_ok(run_tool(
      kTool, {"tune", model, "--runs", "1", "--threads", "1", "--precision", "exact", "--json"})));
  CHECK(report["plans"][0]["layers"] == 1);
  CHECK(report["plans"][0].contains("winograd_layers"));
  const json layer = tuned("exact")["layers"][1];
  const json& times = layer["measured_ms"];
  CHECK(times["table"].is_null());
  CHECK((layer["algorithm"] == "winograd") ==
        (times["winograd"].get<double>() < times["decode"].get<double>()));
  CHECK(tuned("fast")["layers"][1]["algorithm"] == "table");
}

TEST_CASE("a plan file that does not fit stops nothing, unless it was asked for") {
  const Folder folder;
  const std::string model = write_tuned(folder, "table");
  const std::string photo = write_photo(folder, "a.bmp");
  const std::string sound = read_file(model + ".plan");
  const std::string asked = folder.write("asked.plan", sound);
  const std::vector<std::string> run = {"run", model, photo, "--threads", "1"};
  const auto with_plan = [&](const std::string& file) {
    std::vector<std::string> arguments = run;
    arguments.insert(arguments.end(), {"--plan", file});
    return arguments;
  };
  const std::string text = check_ok(run_tool(kTool, run));
  for (const char* tool : {kTool, kDeviceTool}) {
    CHECK(check_ok(run_tool(tool, with_plan(asked))) == text);
    check_refused(run_tool(tool, with_plan(folder / "none.plan")), 3, "none.plan");
    check_refused(run_tool(tool, with_plan(model)), 4, "tiny.bdn: not a plan file");
  }
  struct Damage {
    std::string text;
    int code;
    const char* what;
  };
  for (const Damage& damage : {Damage{sound.substr(0, sound.size() - 1), 4, "is cut off"},
                               Damage{sound + "more\n", 4, "malformed line"},
                               Damage{"bitdown plan 1\n", 5, "another version"},
                               Damage{"bitdown plan 2\n", 5, "nothing for this model, CPU"}}) {
    CAPTURE(damage.text);
    folder.write("tiny.bdn.plan", damage.text);
    folder.write("asked.plan", damage.text);
    for (const char* tool : {kTool, kDeviceTool}) {
      check_ok(run_tool(tool, run));
      check_ok(run_tool(tool, {"verify", model, "--no-plan"}));
      check_refused(run_tool(tool, with_plan(asked)), damage.code, damage.what);
      check_refused(run_tool(tool, {"verify", model, "--plan", asked}), damage.code, "asked.plan");
    }
    CHECK(plan({model, "--threads", "1"})["plan"].is_null());
  }
}

TEST_CASE("plan prints a table for people") {
  const Folder folder;
  const std::string model = write_tuned(folder, "table");
  const std::string tuned = check_ok(run_tool(kTool, {"plan", model, "--threads", "1"}));
  for (const char* part : {"predicted", "measured", "conv2", "4x4x3x3", " table ", "2.000", "1.000",
                           "1 thread,", "measured times from "}) {
    CAPTURE(part);
    CHECK(tuned.find(part) != std::string::npos);
  }
  const std::string plain = write_network(folder, tiny_spec(), "plain.bdn");
  const std::string exact = check_ok(run_tool(kTool, {"plan", plain}));
  CHECK(exact.find("winograd") != std::string::npos);
  CHECK(exact.find("table") == std::string::npos);
  CHECK(exact.find("float32, ") != std::string::npos);
}

}  // namespace
}  // namespace bitdown::tests
