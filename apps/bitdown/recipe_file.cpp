// SPDX-License-Identifier: MIT
#include "bitdown/recipe_file.h"

#include <cstdint>
#include <stdexcept>

#include "bitdown/failure.h"
#include "bitdown/json.h"
#include "bitdown/recipe_settings.h"
#include "mapped_file.h"

namespace bitdown::apps {
namespace {

constexpr double kLargestSeed = 9007199254740992;  // 2^53: what JSON numbers hold exactly.
constexpr double kLargestBlock = 65535;
constexpr double kLargestEntries = 65536;

class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  builder::Recipe read() {
    const Json root = parse();
    if (!root.is_object()) fail("must be a JSON object");
    builder::Recipe recipe;
    for (const auto& [key, value] : root.items()) read_key(key, value, recipe);
    return recipe;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Failure(ExitCode::kInputInvalid, path_ + ": " + printable(what));
  }

  Json parse() const {
    const MappedFile file = value_or_fail(path_, MappedFile::open(path_.c_str()));
    const auto* text = reinterpret_cast<const char*>(file.bytes().data());
    Json root = Json::parse(text, text + file.bytes().size(), nullptr, false);
    if (root.is_discarded()) fail("is no JSON");
    return root;
  }

  template <typename Named>
  auto one_of(const std::string& key, const Json& value, Named named) const {
    try {
      if (value.is_string()) return named(value.get<std::string>());
    } catch (const std::out_of_range&) {
    }
    fail("'" + key + "': " + value.dump() + " is none of its values");
  }

  double number(const std::string& key, const Json& value, const SettingLimits& limits) const {
    const double found = value.is_number() ? value.get<double>() : -1.0;
    if (!limits.allow(found)) fail("'" + key + "': must be a " + limits.text());
    return found;
  }

  void read_settings(const Json& settings, builder::Recipe& recipe) const {
    if (!settings.is_object()) fail("'settings': must be an object");
    for (const auto& [name, value] : settings.items()) {
      const auto limits = setting_limits(name);
      if (!limits) fail("'settings': unknown '" + name + "'; there are " + setting_names());
      apply_setting(name, number(name, value, *limits), recipe);
    }
  }

  void read_layers(const Json& layers, builder::Recipe& recipe) const {
    if (!layers.is_object()) fail("'layers': must be an object");
    for (const auto& [name, changes] : layers.items()) {
      if (!changes.is_object()) fail("layer '" + name + "': must be an object");
      builder::LayerOverride& layer = recipe.layers[name];
      for (const auto& [key, value] : changes.items()) {
        const std::string place = name + "." + key;
        if (key == "block_size") {
          layer.block_size =
              static_cast<std::uint32_t>(number(place, value, {1, kLargestBlock, true}));
        } else if (key == "entries") {
          layer.entries =
              static_cast<std::uint32_t>(number(place, value, {1, kLargestEntries, true}));
        } else if (key == "keep" && value.is_boolean()) {
          layer.keep = value.get<bool>();
        } else {
          fail("layer '" + name + "': '" + key + "' is not block_size, entries or keep (true)");
        }
      }
    }
  }

  void read_key(const std::string& key, const Json& value, builder::Recipe& recipe) const {
    if (key == "method") {
      recipe.method = one_of(key, value, method_of);
    } else if (key == "regime") {
      recipe.regime = one_of(key, value, regime_of);
    } else if (key == "entries") {
      recipe.entries = static_cast<std::uint32_t>(number(key, value, {2, 2048, true}));
    } else if (key == "seed") {
      recipe.seed = static_cast<std::uint64_t>(number(key, value, {0, kLargestSeed, true}));
    } else if (key == "settings") {
      read_settings(value, recipe);
    } else if (key == "layers") {
      read_layers(value, recipe);
    } else {
      fail("unknown key '" + key + "'");
    }
  }

  std::string path_;
};

}  // namespace

builder::Recipe read_recipe(const std::string& path) {
  return Reader(path).read();
}

}  // namespace bitdown::apps
