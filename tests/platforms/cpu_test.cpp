// SPDX-License-Identifier: MIT
#include "cpu.h"

#include <string>
#include <string_view>

#include "doctest/doctest.h"
#include "support/machine_isa.h"

using bitdown::choose_isa;
using bitdown::IsaSet;
using bitdown::kIsaAvx2;
using bitdown::kIsaAvx512;
using bitdown::kIsaAvxVnni;
using bitdown::kIsaDotprod;
using bitdown::kIsaNeon;
using bitdown::kIsaPortable;
using bitdown::StatusCode;

namespace {

constexpr IsaSet kServer = kIsaAvx2 | kIsaAvx512;
constexpr IsaSet kLaptop = kIsaAvx2 | kIsaAvxVnni;
constexpr IsaSet kPhone = kIsaNeon | kIsaDotprod;

IsaSet chosen(const char* name, IsaSet available) {
  const auto result = choose_isa(name, available);
  REQUIRE(result.ok());
  return result.value();
}

StatusCode refusal(const char* name, IsaSet available) {
  return choose_isa(name, available).status().code();
}

}  // namespace

TEST_CASE("without a choice everything available is used") {
  for (const IsaSet available :
       {IsaSet{kIsaPortable}, IsaSet{kIsaAvx2}, kServer, IsaSet{kIsaNeon}, kPhone}) {
    CHECK(chosen(nullptr, available) == available);
  }
}

TEST_CASE("a choice caps the set") {
  CHECK(chosen("portable", kServer) == kIsaPortable);
  CHECK(chosen("portable", kIsaNeon) == kIsaPortable);
  CHECK(chosen("avx2", kServer) == kIsaAvx2);
  CHECK(chosen("avx512", kServer) == kServer);
  CHECK(chosen("avx512", kServer | kIsaAvxVnni) == kServer);
  CHECK(chosen("avx2", kLaptop) == kIsaAvx2);
  CHECK(chosen("avxvnni", kServer | kIsaAvxVnni) == kLaptop);
  CHECK(chosen("neon", kIsaNeon) == kIsaNeon);
  CHECK(chosen("neon", kPhone) == kIsaNeon);
  CHECK(chosen("dotprod", kPhone) == kPhone);
}

TEST_CASE("an ISA that the CPU lacks is refused, portable never is") {
  CHECK(chosen("portable", kIsaPortable) == kIsaPortable);
  CHECK(refusal("avx2", kIsaPortable) == StatusCode::kUnsupported);
  CHECK(refusal("avx512", kIsaAvx2) == StatusCode::kUnsupported);
  CHECK(refusal("avxvnni", kServer) == StatusCode::kUnsupported);
  CHECK(refusal("neon", kServer) == StatusCode::kUnsupported);
  CHECK(refusal("avx2", kIsaNeon) == StatusCode::kUnsupported);
  CHECK(refusal("dotprod", kIsaNeon) == StatusCode::kUnsupported);
}

TEST_CASE("an unknown name is the caller's mistake") {
  for (const char* name : {"", "AVX2", "avx", "avx2 ", "sse2"}) {
    CAPTURE(name);
    CHECK(refusal(name, kServer) == StatusCode::kInvalidArgument);
  }
  const std::string message = choose_isa("avx", kServer).status().message();
  CHECK(bitdown::isa_names().size() == 7);
  for (const char* name : bitdown::isa_names()) {
    CAPTURE(name);
    CHECK(message.find(name) != std::string::npos);
    CHECK(refusal(name, kIsaPortable) != StatusCode::kInvalidArgument);
  }
}

TEST_CASE("the widest member names a set") {
  CHECK(std::string_view(bitdown::isa_name(kIsaPortable)) == "portable");
  CHECK(std::string_view(bitdown::isa_name(kIsaAvx2)) == "avx2");
  CHECK(std::string_view(bitdown::isa_name(kServer)) == "avx512");
  CHECK(std::string_view(bitdown::isa_name(kLaptop)) == "avxvnni");
  CHECK(std::string_view(bitdown::isa_name(kIsaNeon)) == "neon");
  CHECK(std::string_view(bitdown::isa_name(kPhone)) == "dotprod");
}

TEST_CASE("detection agrees with the compiler's own query") {
  const IsaSet detected = bitdown::detect_isa();
  CHECK(detected == bitdown::detect_isa());
#if defined(__aarch64__)
  CHECK(detected == (bitdown::tests::cpu_has_dotprod() ? kPhone : IsaSet{kIsaNeon}));
#elif defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  CHECK(((detected & kIsaAvx2) != 0) == avx2);
  CHECK(((detected & kIsaAvx512) != 0) == avx512);
  CHECK(((detected & kIsaAvxVnni) != 0) == bitdown::tests::cpu_has_avx_vnni());
  CHECK((detected & kIsaNeon) == 0);
#else
  CHECK(detected == kIsaPortable);
#endif
}
