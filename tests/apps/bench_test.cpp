// SPDX-License-Identifier: MIT
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;

json bench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "bench");
  arguments.push_back("--json");
  return json::parse(check_ok(run_tool(kTool, arguments)));
}

void check_layers(const json& layers, const ModelSpec& spec) {
  REQUIRE(layers.size() == spec.operators.size());
  double shares = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    CHECK(layers[i]["name"] == spec.operators[i].name);
    CHECK_FALSE(layers[i]["algorithm"].get<std::string>().empty());
    CHECK(layers[i]["ms"].get<double>() >= 0);
    const bool computes = layers[i]["macs"].get<double>() > 0;
    CHECK((layers[i]["gmac_per_s"].get<double>() > 0) == computes);
    shares += layers[i]["share"].get<double>();
  }
  CHECK(shares == doctest::Approx(1.0));
}

TEST_CASE("bench --json has the keys that scripts rely on, and they agree with each other") {
  const Folder folder;
  const ModelSpec spec = tiny_spec();
  const std::string model = write_network(folder, spec);
  const json report =
      bench({model, "--runs", "40", "--warmup", "2", "--isa", "portable", "--threads", "2"});
  CHECK(report["model"] == model);
  CHECK(report["runs"] == 40);
  CHECK(report["warmup"] == 2);
  CHECK(report["threads"] == 2);
  CHECK(report["precision"] == "float32");
  CHECK(report["isa"] == "portable");
  const double p50 = report["p50_ms"];
  CHECK(report["min_ms"].get<double>() > 0);
  CHECK(p50 >= report["min_ms"].get<double>());
  CHECK(report["p95_ms"].get<double>() >= p50);
  CHECK(report["p99_ms"].get<double>() >= report["p95_ms"].get<double>());
  CHECK(report["cpu_p50_ms"].get<double>() > 0);
  const json& first = report["first_inference"];
  CHECK(report["first_inference_ms"].get<double>() ==
        doctest::Approx(first["start_ms"].get<double>() + first["load_ms"].get<double>() +
                        first["run_ms"].get<double>()));
  for (const char* part : {"start_ms", "load_ms", "run_ms"}) CHECK(first[part].get<double>() > 0);
  CHECK(report["peak_rss_bytes"].get<double>() > 1 << 19);
  CHECK(report["gmac_per_s"].get<double>() ==
        doctest::Approx(report["macs"].get<double>() / p50 * 1e-6));
  for (const std::string peak : {"float_peak", "int8_peak"}) {
    CAPTURE(peak);
    CHECK(report[peak + "_fraction"].get<double>() ==
          doctest::Approx(report["gmac_per_s"].get<double>() /
                          (2 * report[peak + "_gmac_per_s"].get<double>())));
  }
  CHECK(report["machine"].is_object());
  CHECK_FALSE(report.contains("ratio"));
  check_layers(report["layers"], spec);
}

TEST_CASE("a model is as fast as itself") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const json report = bench({model, "--vs", model, "--runs", "300", "--threads", "1", "--dense",
                             "builtin", "--vs-dense", "builtin"});
  CHECK(report["ratio"].get<double>() ==
        doctest::Approx(report["p50_ms"].get<double>() / report["vs"]["p50_ms"].get<double>()));
  CHECK(report["ratio"].get<double>() > 0.5);
  CHECK(report["ratio"].get<double>() < 2.0);
  CHECK(report["cpu_ratio"].get<double>() > 0.5);
  CHECK(report["cpu_ratio"].get<double>() < 2.0);
  check_layers(report["vs"]["layers"], tiny_spec());
}

TEST_CASE("the fresh process and the timed runs use the backend that is asked for") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const Outcome outcome = run_tool(
      kTool, {"bench", model, "--vs", model, "--vs-dense", "xnnpack", "--runs", "3", "--json"});
  if (outcome.code == 5) {  // Built without XNNPACK.
    check_refused(outcome, 5, "XNNPACK");
    return;
  }
  const json report = json::parse(check_ok(outcome));
  const auto algorithm = [](const json& layers) {
    return layers[0]["algorithm"].get<std::string>();
  };
  CHECK(algorithm(report["layers"]) != "XNNPACK");
  CHECK(algorithm(report["vs"]["layers"]) == "XNNPACK");
}

TEST_CASE("bench prints a table for people, and its help an example") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string text =
      check_ok(run_tool(kTool, {"bench", model, "--vs", model, "--runs", "3"}));
  for (const char* part : {"p50", "first label", "peak memory", "GMAC/s", "ratio", "algorithm"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
  const std::string help = check_ok(run_tool(kTool, {"bench", "--help"}));
  CHECK(help.find("Example:\n  bitdown ") != std::string::npos);
}

TEST_CASE("bench tells the peak of the type that each model computes in") {
  const Folder folder;
  const std::string int8 = write_network(folder, calibrated_spec(), "int8.bdn");
  const std::string float32 = write_network(folder, tiny_spec(), "float32.bdn");
  const std::string text =
      check_ok(run_tool(kTool, {"bench", int8, "--vs", float32, "--dense", "builtin", "--vs-dense",
                                "builtin", "--runs", "3"}));
  const std::size_t other = text.find("float32.bdn");
  CHECK(text.find(" that int8 reaches here (float32: ") < other);
  CHECK(text.find(" that float32 reaches here\n", other) != std::string::npos);
}

TEST_CASE("bench takes photographs and prepared inputs") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::vector<float> numbers(2 * 192);
  for (const std::string& file :
       {write_photo(folder, "a.bmp"), folder.write("a.npy", npy_bytes("(2, 3, 8, 8)", numbers))}) {
    CAPTURE(file);
    CHECK(bench({model, "--input", file, "--runs", "1", "--warmup", "0"})["runs"] == 1);
  }
}

TEST_CASE("bench names the program that it starts when it is not there") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string alone = folder / "bitdown";
  std::filesystem::copy_file(kTool, alone);
  check_refused(run_tool(alone.c_str(), {"bench", model}), 3,
                folder / "bitdown-first-label: no such file");
}

TEST_CASE("bench refuses what it cannot measure in one line") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string text = folder.write("text.txt", "no blob, no image");
  const auto refuse = [&](std::vector<std::string> arguments, int code, std::string_view what) {
    CAPTURE(arguments);
    arguments.insert(arguments.begin(), "bench");
    check_refused(run_tool(kTool, arguments), code, what);
  };
  refuse({}, 2, "MODEL");
  refuse({model, "--runs", "0"}, 2, "--runs");
  refuse({model, "--warmup", "-1"}, 2, "--warmup");
  refuse({model, "--vs-dense", "builtin"}, 2, "--vs");
  refuse({model, "--vs", model, "--vs-dense", "fast"}, 2, "fast");
  refuse({folder / "none.bdn"}, 3, "none.bdn");
  refuse({model, "--vs", folder / "none.bdn"}, 3, "none.bdn");
  refuse({text}, 4, "text.txt");
  refuse({model, "--vs", text}, 4, "text.txt");
  refuse({model, "--input", folder / "none.jpg"}, 3, "none.jpg");
  refuse({model, "--input", text}, 4, "text.txt");
  for (const char* shape : {"(192,)", "(0, 3, 8, 8)", "(1, 1, 3, 8, 8)"}) {
    const std::vector<float> numbers(shape[1] == '0' ? 0 : 192);
    const std::string file = folder.write("odd.npy", npy_bytes(shape, numbers));
    refuse({model, "--input", file}, 4, "odd.npy");
  }
}

}  // namespace
}  // namespace bitdown::tests
