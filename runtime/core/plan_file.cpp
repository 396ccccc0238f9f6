// SPDX-License-Identifier: MIT
#include "core/plan_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "cpu_model.h"

namespace bitdown {
namespace {

constexpr std::string_view kAnyVersion = "bitdown plan ";
constexpr std::string_view kSection = "for ";
constexpr std::uint64_t kNoLayer = UINT32_MAX;

struct LayerLine {
  std::uint64_t index = 0;
  LayerTimes times;
};

// Takes the line before the next line feed off `text`; false when there is none.
bool take_line(std::string_view& text, std::string_view& line) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

// Takes a number and, unless it is the last, a blank off `line`.
bool take_number(std::string_view& line, bool last, std::uint64_t& number) {
  const char* const end = line.data() + line.size();
  const auto [rest, error] = std::from_chars(line.data(), end, number);
  if (error != std::errc() || (rest == end) != last || (!last && *rest != ' ')) return false;
  line.remove_prefix(static_cast<std::size_t>(rest - line.data()) + (last ? 0 : 1));
  return true;
}

bool parse(std::string_view line, LayerLine& layer) {
  return take_number(line, false, layer.index) && take_number(line, false, layer.times.decode) &&
         take_number(line, false, layer.times.table) &&
         take_number(line, false, layer.times.expanded) &&
         take_number(line, true, layer.times.winograd);
}

Status damaged(const char* what) {
  return {StatusCode::kInvalidData, what};
}

// Calls section(line) and layer(LayerLine) for every line; both return whether it may be there.
template <typename Section, typename Layer>
Status walk(std::string_view text, const Section& section, const Layer& layer) {
  if (text.size() > kMaxPlanBytes) return damaged("the plan file is larger than 1 MiB");
  std::string_view line;
  if (!take_line(text, line) || !line.starts_with(kAnyVersion)) return damaged("not a plan file");
  if (line != kPlanVersion) return {StatusCode::kUnsupported, "a plan file of another version"};
  std::uint64_t next = kNoLayer;  // The smallest operator that may follow.
  while (!text.empty()) {
    if (!take_line(text, line)) return damaged("the plan file is cut off");
    if (line.starts_with(kSection)) {
      if (!section(line)) return damaged("the plan file has a section twice");
      next = 0;
      continue;
    }
    LayerLine parsed;
    if (!parse(line, parsed) || parsed.index < next || parsed.index >= kNoLayer) {
      return damaged("the plan file has a malformed line");
    }
    if (!layer(parsed)) return damaged("the plan file has an operator that the model lacks");
    next = parsed.index + 1;
  }
  return {};
}

}  // namespace

PlanKey::PlanKey(std::uint64_t blob_hash, const char* isa, bool fast, std::uint32_t threads,
                 const char* cpu) {
  const int length =
      std::snprintf(line_, sizeof line_, "for model %016llx isa %s numbers %s threads %u cpu %s",
                    static_cast<unsigned long long>(blob_hash), isa, fast ? "int8" : "float32",
                    unsigned{threads}, cpu);
  length_ = std::min(static_cast<std::size_t>(length), sizeof line_ - 1);
}

PlanKey make_plan_key(std::span<const std::byte> blob, IsaSet isa, bool fast,
                      std::uint32_t threads) {
  return {hash_blob(blob), isa_name(isa), fast, threads, cpu_model().name};
}

std::uint64_t hash_blob(std::span<const std::byte> blob) {
  std::uint64_t hash = 0xcbf29ce484222325 ^ blob.size();
  for (std::size_t i = 0; i < blob.size(); i += sizeof hash) {
    std::uint64_t word = 0;
    std::memcpy(&word, blob.data() + i, std::min(sizeof word, blob.size() - i));
    hash = (hash ^ word) * 0x100000001b3;
    hash ^= hash >> 32;  // Multiplying moves bits up only.
  }
  return hash;
}

Status check_plan(std::string_view text) {
  return walk(
      text, [](std::string_view) { return true; }, [](const LayerLine&) { return true; });
}

Status read_plan(std::string_view text, const PlanKey& key, std::span<LayerPlan> layers) {
  bool found = false;
  bool inside = false;
  const auto section = [&](std::string_view line) {
    inside = line == key.line();
    const bool twice = inside && found;
    found = found || inside;
    return !twice;
  };
  BITDOWN_RETURN_IF_ERROR(walk(
      text, section, [&](const LayerLine& line) { return !inside || line.index < layers.size(); }));
  if (!found) {
    return {StatusCode::kUnsupported,
            "the plan file has nothing for this model, CPU, ISA, precision and number of threads"};
  }
  // Only now, that all of it is known to be sound.
  found = inside = false;
  return walk(text, section, [&](const LayerLine& line) {
    if (inside) layers[line.index].measured = line.times;
    return true;
  });
}

}  // namespace bitdown
