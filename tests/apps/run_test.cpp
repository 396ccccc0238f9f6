// SPDX-License-Identifier: MIT
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using nlohmann::json;

std::vector<json> json_lines(const std::string& text) {
  std::vector<json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

TEST_CASE("run --json prints one object a photograph with the keys scripts rely on") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string a = write_photo(folder, "a.bmp", 1);
  const std::string b = write_photo(folder, "b.bmp", 2);
  const auto lines = json_lines(check_ok(run_tool(kTool, {"run", model, a, b, "--json"})));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["file"] == a);
  CHECK(lines[1]["file"] == b);
  const std::vector<std::string> names = {"ant", "bee", "cat"};
  for (const json& line : lines) {
    CHECK(line.size() == 2);
    REQUIRE(line["top"].size() == 3);  // Fewer classes than five.
    double sum = 0;
    double previous = 1;
    for (const json& entry : line["top"]) {
      CHECK(entry["name"] == names.at(entry["index"].get<std::size_t>()));
      CHECK(entry["probability"].get<double>() <= previous);
      previous = entry["probability"];
      sum += previous;
    }
    CHECK(sum == doctest::Approx(1.0).epsilon(1e-5));
  }
  CHECK(lines[0]["top"] != lines[1]["top"]);
  const auto top = json_lines(check_ok(run_tool(kTool, {"run", model, a, "--json", "--top", "1"})));
  REQUIRE(top[0]["top"].size() == 1);
  CHECK(top[0]["top"][0] == lines[0]["top"][0]);
}

TEST_CASE("labels that are no UTF-8 or steer terminals do no harm") {
  const Folder folder;
  ModelSpec spec = tiny_spec();
  spec.labels = {"a\x1b[2J\n", "b\xff", "\"c\""};
  const std::string model = write_network(folder, spec);
  const std::string photo = write_photo(folder, "a.bmp");
  const Outcome text = run_tool(kTool, {"run", model, photo});
  // A blob may refuse such labels; if it opens, their control characters must not get out.
  if (text.code == 0) {
    CHECK(text.out.find('\x1b') == std::string::npos);
    CHECK(json_lines(check_ok(run_tool(kTool, {"run", model, photo, "--json"}))).size() == 1);
  } else {
    check_refused(text, 4, "labels");
  }
}

TEST_CASE("prepared inputs from a .npy file run one by one, and logits come back") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  std::vector<float> inputs(2 * 192);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] = static_cast<float>(i * 7 % 31) / 31.0f;
  }
  const std::string both = folder.write("both.npy", npy_bytes("(2, 3, 8, 8)", inputs));
  const std::string logits = folder / "logits.npy";
  const auto lines =
      json_lines(check_ok(run_tool(kTool, {"run", model, both, "--json", "--logits", logits})));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["input"] == 0);
  CHECK(lines[1]["input"] == 1);
  const std::string written = read_file(logits);
  CHECK(written.find("'shape': (2, 3)") != std::string::npos);
  const std::vector<float> values = npy_values(written);
  REQUIRE(values.size() == 6);

  // One input alone gives the same row.
  const std::vector<float> second(inputs.begin() + 192, inputs.end());
  const std::string one = folder.write("one.npy", npy_bytes("(3, 8, 8)", second));
  check_ok(run_tool(kTool, {"run", model, one, "--logits", logits}));
  CHECK(npy_values(read_file(logits)) == std::vector<float>(values.begin() + 3, values.end()));
}

TEST_CASE("inputs that are not finite or of another shape are refused") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  std::vector<float> numbers(384);
  for (const char* shape : {"(384,)", "(6, 8, 8)", "(2, 8, 8, 3)", "(1, 2, 3, 8, 8)", "(48, 8)"}) {
    CAPTURE(shape);
    const std::string file = folder.write("odd.npy", npy_bytes(shape, numbers));
    check_refused(run_tool(kTool, {"run", model, file}), 4, std::string("shape ") + shape);
  }
  const std::string none = folder.write("none.npy", npy_bytes("(0, 3, 8, 8)", {}));
  check_refused(run_tool(kTool, {"run", model, none}), 4, "shape (0, 3, 8, 8)");
  const std::string text = folder.write("text.npy", "a text file");
  check_refused(run_tool(kTool, {"run", model, text}), 4, "text.npy: not a NumPy array file");
  numbers[200] = -std::numeric_limits<float>::infinity();
  const std::string odd = folder.write("odd.npy", npy_bytes("(2, 3, 8, 8)", numbers));
  check_refused(run_tool(kTool, {"run", model, odd}), 4, "odd.npy: input not finite: number 200");
}

TEST_CASE("logits are written only when every input worked, and never over an input") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string photo = write_photo(folder, "a.bmp");
  const std::string text = folder.write("text.jpg", "no image");
  const std::size_t files = folder.file_count();
  const auto run = [&](const std::string& second, const std::string& logits) {
    return run_tool(kTool, {"run", model, photo, second, "--logits", logits});
  };
  check_refused(run(text, folder / "logits.npy"), 4, "text.jpg");
  check_refused(run(photo, photo), 2, "overwrite");
  check_refused(run(photo, "/proc/logits.npy"), 6, "/proc/logits.npy");
  CHECK(folder.file_count() == files);
}

TEST_CASE("every instruction set and backend of this machine gives the same classes") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string photo = write_photo(folder, "a.bmp", 3);
  const std::string best = check_ok(run_tool(kTool, {"run", model, photo}));
  CHECK(check_ok(run_tool(kTool, {"run", model, photo, "--isa", "portable"})) == best);
  CHECK(check_ok(run_tool(kTool, {"run", model, photo, "--dense", "builtin"})) == best);
}

}  // namespace
}  // namespace bitdown::tests
