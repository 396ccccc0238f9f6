// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "bitdown/plan.h"
#include "bitdown/status.h"
#include "cpu.h"

/// The plan file: what each layer of a model takes by each algorithm, measured (`bitdown tune`). It
/// lies beside the model as MODEL.plan, and a session that is given its text chooses by it. Lines
/// of ASCII, each ended by a line feed:
///
///   bitdown plan 2                                                     the format's version
///   for model 1f0c2ab5599e01d7 isa avx2 numbers int8 threads 1 cpu AuthenticAMD-25-1-1
///   3 812345 700123 790123 0                           operator; decode, table, expanded, winograd
///
/// A section, which "for" begins, belongs to one blob, instruction set, type of numbers (int8 or
/// float32), number of threads and kind of CPU: its key. The operators of a section ascend; times
/// are nanoseconds, 0 where an algorithm was not measured. Times cannot make a result wrong, only
/// slow, so nothing guards against forgery.
namespace bitdown {

constexpr std::size_t kMaxPlanBytes = std::size_t{1} << 20;

inline constexpr std::string_view kPlanVersion = "bitdown plan 2";

/// The first line of a section, without line feed.
class PlanKey {
 public:
  PlanKey(std::uint64_t blob_hash, const char* isa, bool fast, std::uint32_t threads,
          const char* cpu);

  std::string_view line() const { return {line_, length_}; }

 private:
  char line_[160];
  std::size_t length_;
};

/// The key of a blob on this machine; `fast`: int8.
PlanKey make_plan_key(std::span<const std::byte> blob, IsaSet isa, bool fast,
                      std::uint32_t threads);

/// A 64-bit hash (FNV-1a of the size and words of eight bytes, folded), to tell blobs apart; not
/// cryptographic.
std::uint64_t hash_blob(std::span<const std::byte> blob);

/// Whether the untrusted `text` is a plan file of this version, whatever it is for: fails with
/// kInvalidData or kUnsupported.
Status check_plan(std::string_view text);

/// Reads the section of `key` in the untrusted `text` of a plan file into `measured` of the layers,
/// one for each operator. Fails, and then changes none, as check_plan() does, with kInvalidData
/// when the section is there twice or has other operators, and with kUnsupported when it is
/// missing.
Status read_plan(std::string_view text, const PlanKey& key, std::span<LayerPlan> layers);

}  // namespace bitdown
