// SPDX-License-Identifier: MIT
#include "core/plan_file.h"

#include <array>
#include <random>
#include <string>
#include <vector>

#include "cpu_model.h"
#include "doctest/doctest.h"
#include "support/random.h"

namespace bitdown {
namespace {

const PlanKey kKey(0x0123456789abcdef, "avx2", true, 2, "AuthenticAMD-25-1-1");
constexpr const char* kHeader =
    "for model 0123456789abcdef isa avx2 numbers int8 threads 2 cpu AuthenticAMD-25-1-1\n";
constexpr const char* kOther =
    "for model 0123456789abcdef isa avx2 numbers int8 threads 1 cpu AuthenticAMD-25-1-1\n";

std::string plan(const std::string& sections) {
  return "bitdown plan 2\n" + sections;
}

using Layers = std::array<LayerPlan, 4>;

bool untouched(const Layers& layers) {
  for (const LayerPlan& layer : layers) {
    if (layer.measured.decode != 0 || layer.measured.table != 0) return false;
  }
  return true;
}

void check_refused(const std::string& text, StatusCode code) {
  CAPTURE(text);
  Layers layers;
  CHECK(read_plan(text, kKey, layers).code() == code);
  CHECK(untouched(layers));
}

TEST_CASE("a key says model, instruction set, threads and CPU") {
  CHECK(std::string(kKey.line()) + "\n" == kHeader);
  const std::vector<std::byte> blob(64);
  const PlanKey key = make_plan_key(blob, kIsaPortable, false, 3);
  CHECK(std::string(key.line())
            .ends_with(std::string(" isa portable numbers float32 threads 3 cpu ") +
                       cpu_model().name));
}

TEST_CASE("a key's section is found among others") {
  Layers layers;
  const std::string text =
      plan(std::string(kOther) + "0 1 2 3 4\n1 3 4 5 6\n" + kHeader +
           "1 812345 700123 790123 690123\n3 18446744073709551615 0 0 0\n" +
           "for model ffffffffffffffff isa x numbers int8 threads 9 cpu y\n99 5 6 7 8\n");
  REQUIRE(read_plan(text, kKey, layers).ok());
  CHECK(layers[0].measured.decode == 0);
  CHECK(layers[1].measured.decode == 812345);
  CHECK(layers[1].measured.table == 700123);
  CHECK(layers[1].measured.expanded == 790123);
  CHECK(layers[1].measured.winograd == 690123);
  CHECK(layers[2].measured.decode == 0);
  CHECK(layers[3].measured.decode == UINT64_MAX);
  CHECK(layers[3].measured.table == 0);
  CHECK(check_plan(text).ok());
}

TEST_CASE("what is not for this key is unsupported, what is no plan file invalid") {
  check_refused(plan(""), StatusCode::kUnsupported);
  check_refused(plan(std::string(kOther) + "0 1 2 3 4\n"), StatusCode::kUnsupported);
  check_refused(std::string("bitdown plan 3\n") + kHeader, StatusCode::kUnsupported);
  check_refused("", StatusCode::kInvalidData);
  check_refused("bitdown plan 2", StatusCode::kInvalidData);
  check_refused("BDN1 and more\n", StatusCode::kInvalidData);
  for (const char* line : {"",
                           " ",
                           "0",
                           "0 1",
                           "0 1 2 3",
                           "0 1 2 3 4 5",
                           "0 1 2 3 4 ",
                           " 0 1 2 3 4",
                           "0  1 2 3 4",
                           "0 1 2 3 -4",
                           "0 +1 2 3 4",
                           "0 1 2 3 4\r",
                           "0\t1\t2\t3\t4",
                           "a 1 2 3 4",
                           "0 1 2 3 0x4",
                           "0 1 2.5 3 4",
                           "0 1 2 3 18446744073709551616",
                           "4 1 2 3 4",
                           "4294967295 1 2 3 4",
                           "18446744073709551616 1 2 3 4",
                           "for"}) {
    check_refused(plan(std::string(kHeader) + line + "\n"), StatusCode::kInvalidData);
  }
  check_refused(plan("0 1 2 3 4\n" + std::string(kHeader)), StatusCode::kInvalidData);
  check_refused(plan(std::string(kHeader) + "1 1 2 3 4\n1 1 2 3 4\n"), StatusCode::kInvalidData);
  check_refused(plan(std::string(kHeader) + "1 1 2 3 4\n0 1 2 3 4\n"), StatusCode::kInvalidData);
  check_refused(plan(std::string(kHeader) + "0 1 2 3 4"), StatusCode::kInvalidData);
  check_refused(plan(std::string(kHeader) + "0 1 2 3 4\n" + kHeader), StatusCode::kInvalidData);
  // A line behind the section, even of another one, spoils the file.
  check_refused(plan(std::string(kHeader) + "0 1 2 3 4\n" + kOther + "nonsense\n"),
                StatusCode::kInvalidData);
}

TEST_CASE("a file beyond the limit is refused, whatever it holds") {
  std::string text = plan(std::string(kHeader) + "0 1 2 3 4\n");
  while (text.size() <= kMaxPlanBytes) text += kOther;
  check_refused(text, StatusCode::kInvalidData);
}

TEST_CASE("hashes tell blobs apart") {
  std::vector<std::byte> blob(128);
  const std::uint64_t zeros = hash_blob(blob);
  CHECK(zeros != hash_blob(std::span(blob).first(120)));
  CHECK(zeros != hash_blob(std::span(blob).first(127)));
  for (std::byte& byte : blob) {
    for (const unsigned bit : {1u, 16u, 128u}) {
      byte = static_cast<std::byte>(bit);
      CHECK(hash_blob(blob) != zeros);
    }
    byte = std::byte{0};
  }
  // Two bits at the top of their words do not cancel.
  blob[7] = blob[15] = std::byte{128};
  CHECK(hash_blob(blob) != zeros);
}

// Plans are untrusted: whatever happens to the bytes, reading gives a status, and without success
// nothing is changed. (Sanitizers see the rest.)
TEST_CASE("damaged plan files give a status") {
  CAPTURE(tests::test_seed());
  const std::string sound = plan(std::string(kOther) + "0 1 2 3 4\n3 3 4 5 4\n" + kHeader +
                                 "1 812345 700123 9 4\n3 1 0 2 4\n");
  const auto try_one = [](const std::string& text) {
    // A copy of its own size, so that a read beyond its end is seen.
    const std::vector<char> exact(text.begin(), text.end());
    Layers layers;
    const Status status = read_plan({exact.data(), exact.size()}, kKey, layers);
    if (!status.ok()) REQUIRE(untouched(layers));
    return status.ok();
  };
  REQUIRE(try_one(sound));
  for (std::size_t size = 0; size < sound.size(); ++size) try_one(sound.substr(0, size));
  std::string damaged = sound;
  for (char& c : damaged) {
    const char before = c;
    for (int value = -128; value < 128; ++value) {
      c = static_cast<char>(value);
      try_one(damaged);
    }
    c = before;
  }
  std::mt19937 random(tests::test_seed());
  const std::string likely = "0123456789 \n-for\0\xff";
  for (int i = 0; i < 100000; ++i) {
    damaged = sound;
    for (unsigned places = 1 + random() % 4; places > 0; --places) {
      const std::size_t at = random() % damaged.size();
      const char c = likely[random() % likely.size()];
      switch (random() % 3) {
        case 0:
          damaged[at] = c;
          break;
        case 1:
          damaged.insert(at, 1 + random() % 3, c);
          break;
        default:
          damaged.erase(at, 1 + random() % 3);
          break;
      }
    }
    try_one(damaged);
  }
}

}  // namespace
}  // namespace bitdown
