// SPDX-License-Identifier: MIT
#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

TEST_CASE("both tools say the same about a photograph") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string a = write_photo(folder, "a.bmp", 1, 37, 23);
  const std::string b = write_photo(folder, "b.bmp", 2, 5, 90);
  const std::vector<std::string> arguments = {"run",   model,      a,       b,
                                              "--isa", "portable", "--top", "2"};
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
  check_refused(run_tool(kDeviceTool, {"run", model, folder.write("huge.bmp", bytes)}), 5,
                "huge.bmp: the image has more than 100 million pixels");
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
