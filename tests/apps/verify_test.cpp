// SPDX-License-Identifier: MIT
#include <cstring>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"
#include "schema/standard_input.h"

namespace bitdown::tests {
namespace {

// The network with a golden pair, of the standard input or of another, whose output is off by
// `error`.
ModelSpec golden_spec(const Folder& folder, float error, bool standard = false) {
  ModelSpec spec = tiny_spec();
  const std::string model = write_network(folder, spec, "without.bdn");
  std::vector<float> input(192, 0.25f);
  if (standard) {
    for (std::uint32_t i = 0; i < 192; ++i) input[i] = schema::standard_input(i);
  }
  const std::string file = folder.write("input.npy", npy_bytes("(3, 8, 8)", input));
  check_ok(run_tool(kTool, {"run", model, file, "--logits", folder / "logits.npy"}));
  std::vector<float> logits = npy_values(read_file(folder / "logits.npy"));
  REQUIRE(logits.size() == 3);
  logits[1] += error;
  spec.golden = GoldenSpec{float_tensor(192, 0.25f), float_tensor(3, 0), 100.0f};
  if (standard) spec.golden->input.reset();
  std::memcpy(spec.golden->output.data.bytes.data(), logits.data(), 3 * sizeof(float));
  return spec;
}

// An ISA that this machine cannot have.
#if defined(__x86_64__)
constexpr const char* kForeignIsa = "neon";
#else
constexpr const char* kForeignIsa = "avx2";
#endif

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("verify says what it checked") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  for (const char* tool : {kTool, kDeviceTool}) {
    const std::string out = check_ok(run_tool(tool, {"verify", model}));
    CHECK(has(out, "format       1.0.0, "));
    CHECK(has(out, "operators    6,"));
    CHECK(has(out, "codebooks    2,"));
    CHECK(has(out, "session      plans and fits, "));
    CHECK(has(out, "golden pair  none"));
    CHECK(out.ends_with("ok\n"));
    check_refused(run_tool(tool, {"verify", model, "--isa", kForeignIsa}), 5, "does not have");
  }
}

void check_golden_pair(const Folder& folder, const ModelSpec& good, const ModelSpec& bad) {
  const std::string right = write_network(folder, good, "right.bdn");
  const std::string wrong = write_network(folder, bad, "wrong.bdn");
  for (const char* tool : {kTool, kDeviceTool}) {
    const std::string out = check_ok(run_tool(tool, {"verify", right, "--isa", "portable"}));
    CHECK(has(out, "golden pair  float32: largest difference 0.00"));
    CHECK(out.ends_with("ok\n"));
    const Outcome outcome = run_tool(tool, {"verify", wrong});
    check_refused(outcome, 1, "wrong.bdn: the golden output differs");
    CHECK(!has(outcome.out, "\nok"));
  }
}

TEST_CASE("verify runs the golden pair") {
  const Folder folder;
  for (const bool standard : {false, true}) {
    CAPTURE(standard);
    check_golden_pair(folder, golden_spec(folder, 2e-4f, standard),
                      golden_spec(folder, 0.5f, standard));  // The tolerance of int8 is 100.
  }
}

}  // namespace
}  // namespace bitdown::tests
