// SPDX-License-Identifier: MIT
#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("help names every verb and the exit codes, and each verb shows an example") {
  const std::string help = check_ok(run_tool(kTool, {"--help"}));
  CHECK(has(help, "Exit codes: 0 ok, 1 check failed"));
  for (const char* verb : {"import", "inspect", "verify", "run", "eval", "sheet", "tune", "plan"}) {
    CAPTURE(verb);
    CHECK(has(help, std::string("\n  ") + verb));
    const std::string verb_help = check_ok(run_tool(kTool, {verb, "--help"}));
    CHECK(has(verb_help, std::string("Example:\n  bitdown ") + verb + " "));
  }
  const std::string device_help = check_ok(run_tool(kDeviceTool, {"--help"}));
  CHECK(has(device_help, "Exit codes: 0 ok, 1 check failed"));
  for (const char* verb : {"run", "verify", "info"}) {
    CHECK(has(device_help, std::string("\n  bitdown-device ") + verb + " "));
  }
}

TEST_CASE("both tools say their version") {
  CHECK(check_ok(run_tool(kTool, {"--version"})).starts_with("bitdown "));
  CHECK(check_ok(run_tool(kDeviceTool, {"--version"})).starts_with("bitdown-device "));
}

TEST_CASE("a command line without sense is refused in one line") {
  const std::vector<std::string> senseless[] = {
      {},
      {"classify"},
      {"run"},
      {"run", "model.bdn"},
      {"run", "model.bdn", "a.jpg", "--top", "0"},
      {"run", "model.bdn", "a.jpg", "--top", "many"},
      {"run", "model.bdn", "a.jpg", "--nonsense"},
      {"verify"},
      {"verify", "a.bdn", "b.bdn"},
  };
  for (const auto& arguments : senseless) {
    CAPTURE(arguments);
    for (const char* tool : {kTool, kDeviceTool}) {
      const Outcome outcome = run_tool(tool, arguments);
      check_refused(outcome, 2, "");
      CHECK(outcome.out.empty());
    }
  }
  check_refused(run_tool(kTool, {"import", "a.pth"}), 2, "--output is required");
  check_refused(run_tool(kTool, {"import", "a", "-o", "b", "--dense-type", "fp8"}), 2, "fp8");
  check_refused(run_tool(kTool, {"sheet", "a.bdn", "b.jpg", "-o", "c.txt"}), 2, ".png");
  check_refused(run_tool(kTool, {"sheet", "a.bdn", "b.jpg", "-o", ".png"}), 2,
                ".png: must be a name that ends in ");
  check_refused(run_tool(kDeviceTool, {"info", "a.bdn", "--isa"}), 2, "--isa");
  check_refused(run_tool(kTool, {"classify", "a.jpg"}), 2, "classify: no such verb");
  check_refused(run_tool(kTool, {"clas\nsify"}), 2, "clas?sify: no such verb");
}

TEST_CASE("a path of no characters is refused with its option") {
  check_refused(run_tool(kTool, {"run", "", "a.jpg"}), 2, "MODEL: must not be empty");
  check_refused(run_tool(kTool, {"run", "a.bdn", "a.jpg", ""}), 2, "IMAGE: must not be empty");
  check_refused(run_tool(kTool, {"run", "a.bdn", "a.jpg", "--logits", ""}), 2, "--logits: ");
  check_refused(run_tool(kTool, {"import", "a.pth", "-o", ""}), 2, "--output: must not be empty");
}

TEST_CASE("an instruction set that is unknown or not this CPU's is refused") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  check_refused(run_tool(kTool, {"verify", model, "--isa", "mmx"}), 2, "mmx");
  check_refused(run_tool(kDeviceTool, {"info", model, "--isa", "mmx"}), 2, "mmx");
#if defined(__x86_64__)
  const char* const foreign = "neon";
#else
  const char* const foreign = "avx2";
#endif
  check_refused(run_tool(kDeviceTool, {"info", model, "--isa", foreign}), 5, foreign);
  const std::string variable = "export BITDOWN_ISA=mmx;";
  check_refused(run_tool(kTool, {"verify", model}, variable), 2, "BITDOWN_ISA");
  check_ok(run_tool(kTool, {"verify", model, "--isa", "portable"}, variable));
}

TEST_CASE("a result that stdout refuses is an error") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string script = "exec \"$0\" verify \"$1\" >/dev/full";
  check_refused(run_tool("/bin/sh", {"-c", script, kTool, model}), 6, "standard output");
  check_refused(run_tool("/bin/sh", {"-c", script, kDeviceTool, model}), 6, "standard output");
}

}  // namespace
}  // namespace bitdown::tests
