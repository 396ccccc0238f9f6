// SPDX-License-Identifier: MIT
#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "cpu.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

TEST_CASE("both tools say the same about a photograph") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string a = write_photo(folder, "a.bmp", 1, 37, 23);
  const std::string b = write_photo(folder, "b.bmp", 2, 5, 90);
  const std::vector<std::string> arguments = {
      "run", model, a, b, "--isa", "portable", "--top", "2", "--memory-budget", "0"};
  CHECK(check_ok(run_tool(kDeviceTool, arguments)) == check_ok(run_tool(kTool, arguments)));
}

TEST_CASE("info says what the network takes") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string out = check_ok(run_tool(kDeviceTool, {"info", model, "--isa", "portable"}));
  for (const char* part : {"input         input, 3 x 8 x 8\n", "output        logits, 3\n",
                           "labels        3\n", "isa           portable\n", "memory        "}) {
    CAPTURE(part);
    CHECK(out.find(part) != std::string::npos);
  }
}

TEST_CASE("a huge image is refused before it is decoded") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  std::string bytes = read_file(write_photo(folder, "huge.bmp"));
  bytes.replace(18, 8, std::string("\x10\x27\0\0\x11\x27\0\0", 8));  // 10,000 x 10,001
  const std::string huge = folder.write("huge.bmp", bytes);
  for (const char* tool : {kTool, kDeviceTool}) {
    check_refused(run_tool(tool, {"run", model, huge}), 5,
                  "huge.bmp: the image has more than 100 million pixels");
  }
}

TEST_CASE("the device tool names the argument that is wrong") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string photo = write_photo(folder, "a.bmp");
  const auto refused = [](const std::vector<std::string>& arguments, const char* text) {
    check_refused(run_tool(kDeviceTool, arguments), 2, text);
  };
  refused({"run", "", photo}, "an empty argument");
  refused({"run", model, photo, "--isa", ""}, "an empty argument");
  refused({"run", model, photo, "--plan", "a.plan", "--no-plan"}, "--plan excludes --no-plan");
  refused({"run", model, photo, "--isa", "mmx"}, "--isa mmx: unknown ISA; known are portable, ");
  refused({"-xyz"}, "unknown or incomplete option -x");
  refused({"run", "--magic", model, photo}, "unknown or incomplete option --magic");
  refused({"run", model, photo, "--top"}, "unknown or incomplete option --top");
}

#if !defined(BITDOWN_SANITIZED)  // Sanitizers need more address space than this leaves.
TEST_CASE("an image that needs more memory than there is, is named") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  // 10,000 x 10,000 pixels of one bit, two colours, rows of 1252 bytes.
  std::string bytes = read_file(write_photo(folder, "large.bmp")).substr(0, 54);
  bytes.replace(10, 1, 1, 54 + 8);
  bytes.replace(18, 8, std::string("\x10\x27\0\0\x10\x27\0\0", 8));
  bytes[28] = 1;
  bytes[46] = 2;
  bytes += std::string("\0\0\0\0\xff\xff\xff\0", 8) + std::string(1252 * 10000, '\0');
  const std::string large = folder.write("large.bmp", bytes);
  const std::string text = "large.bmp: no memory to decode the image";
  check_refused(run_tool(kDeviceTool, {"run", model, large}, "ulimit -v 100000;"), 7, text);
  check_refused(run_tool(kTool, {"run", model, large}, "ulimit -v 400000;"), 7, text);
}
#endif

TEST_CASE("the device tool takes a precision") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string photo = write_photo(folder, "a.bmp");
  CHECK(check_ok(run_tool(kDeviceTool, {"run", model, photo, "--precision", "exact"})) ==
        check_ok(run_tool(kDeviceTool, {"run", model, photo})));
  check_refused(run_tool(kDeviceTool, {"run", model, photo, "--precision", "fast"}), 5, "tiny.bdn");
  check_refused(run_tool(kDeviceTool, {"run", model, photo, "--precision", "half"}), 2,
                "--precision");
  const std::string help = check_ok(run_tool(kDeviceTool, {"--help"}));
  for (const char* isa : isa_names()) CHECK(help.find(isa) != std::string::npos);
}

TEST_CASE("a network for something else than photographs is refused") {
  const Folder folder;
  ModelSpec spec = tiny_spec();
  spec.outputs = {kLogits};
  const std::string model = write_network(folder, spec);
  const std::string photo = write_photo(folder, "a.bmp");
  for (const char* tool : {kTool, kDeviceTool}) {
    check_refused(run_tool(tool, {"run", model, photo}), 5, "not a network that classifies");
  }
  spec = tiny_spec();
  spec.preprocessing.reset();
  write_network(folder, spec);
  for (const char* tool : {kTool, kDeviceTool}) {
    check_refused(run_tool(tool, {"run", model, photo}), 5, "how to prepare a photograph");
  }
}

}  // namespace
}  // namespace bitdown::tests
