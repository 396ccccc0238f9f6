// SPDX-License-Identifier: MIT
#include "bitdown/recipe_file.h"

#include <string>

#include "bitdown/failure.h"
#include "bitdown/recipe_settings.h"
#include "doctest/doctest.h"
#include "support/folder.h"

namespace bitdown::tests {
namespace {

using apps::ExitCode;
using apps::Failure;

struct Refusal {
  ExitCode code = ExitCode::kOk;
  std::string line;
};

Refusal refusal(const std::string& path) {
  try {
    apps::read_recipe(path);
  } catch (const Failure& failure) {
    return {failure.code(), failure.what()};
  }
  return {};
}

TEST_CASE("a recipe file sets what it names and leaves the rest") {
  const Folder folder;
  const builder::Recipe recipe = apps::read_recipe(folder.write("r.json", R"({
      "method": "em", "regime": "large", "entries": 512, "seed": 7,
      "settings": {"rounds": 3, "damping": 0.5, "residual": 0},
      "layers": {"fc": {"block_size": 8, "entries": 1024}, "layer1.0.conv1": {"keep": true}}})"));
  CHECK(recipe.method == builder::Method::kEm);
  CHECK(recipe.regime == builder::Regime::kLarge);
  CHECK(recipe.entries == 512);
  CHECK(recipe.seed == 7);
  CHECK(recipe.rounds == 3);
  CHECK(recipe.damping == 0.5);
  CHECK_FALSE(recipe.residual);
  CHECK(recipe.regression);
  CHECK(recipe.layers.at("fc").block_size == 8);
  CHECK(recipe.layers.at("fc").entries == 1024);
  CHECK(recipe.layers.at("layer1.0.conv1").keep);
  CHECK(apps::text_of(apps::read_recipe(folder.write("e.json", "{}"))) ==
        apps::text_of(builder::Recipe()));
}

TEST_CASE("what a result depends on is all in its text") {
  builder::Recipe recipe;
  const std::string before = apps::text_of(recipe);
  recipe.layers["fc"].entries = 16;
  const std::string changed = apps::text_of(recipe);
  CHECK(changed != before);
  recipe.layers["fc"].keep = true;
  CHECK(apps::text_of(recipe) != changed);
}

TEST_CASE("a recipe file that makes no sense is refused with its name") {
  const Folder folder;
  const auto refused = [&](const char* text, const char* part) {
    const Refusal found = refusal(folder.write("odd.json", text));
    CAPTURE(found.line);
    CHECK(found.code == ExitCode::kInputInvalid);
    CHECK(found.line.find("odd.json: ") != std::string::npos);
    CHECK(found.line.find(part) != std::string::npos);
  };
  CHECK(refusal(folder / "none.json").code == ExitCode::kInputMissing);
  refused("{", "is no JSON");
  refused("\xff", "is no JSON");
  refused("[1]", "must be a JSON object");
  refused(R"({"metod": "em"})", "unknown key 'metod'");
  refused(R"({"method": "magic"})", "'method'");
  refused(R"({"regime": 1})", "'regime'");
  refused(R"({"entries": 1})", "'entries': must be a whole number from 2 to 2048");
  refused(R"({"entries": 2.5})", "'entries'");
  refused(R"({"seed": -1})", "'seed'");
  refused(R"({"settings": {"speed": 1}})", "unknown 'speed'; there are rows");
  refused(R"({"settings": {"shrink": 2}})", "'shrink': must be a number from 0 to 1");
  refused(R"({"settings": 1})", "'settings': must be an object");
  refused(R"({"layers": {"fc": 4}})", "layer 'fc': must be an object");
  refused(R"({"layers": {"fc": {"k": 4}}})", "layer 'fc': 'k' is not");
  refused(R"({"layers": {"fc": {"block_size": 0}}})", "'fc.block_size'");
  refused((std::string(100000, '[')).c_str(), "is no JSON");
}

}  // namespace
}  // namespace bitdown::tests
