// SPDX-License-Identifier: MIT
#include <filesystem>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

TEST_CASE("a sheet is a picture of the kind its name says") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  std::vector<std::string> arguments = {"sheet", model};
  for (unsigned i = 0; i < 5; ++i) {
    arguments.push_back(write_photo(folder, ("p" + std::to_string(i) + ".bmp").c_str(), i));
  }
  arguments.insert(arguments.end(), {"-o", folder / "sheet.png"});
  CHECK(check_ok(run_tool(kTool, arguments)).ends_with("sheet.png: 5 photographs\n"));
  const std::string png = read_file(folder / "sheet.png");
  CHECK(png.starts_with("\x89PNG"));
  CHECK(png.ends_with("IEND\xae\x42\x60\x82"));

  arguments.back() = folder / "LOUD.PNG";
  check_ok(run_tool(kTool, arguments));
  CHECK(read_file(folder / "LOUD.PNG") == png);

  arguments.back() = folder / "sheet.jpg";
  check_ok(run_tool(kTool, arguments));
  const std::string jpeg = read_file(folder / "sheet.jpg");
  CHECK(jpeg.starts_with("\xff\xd8"));
  CHECK(jpeg.ends_with("\xff\xd9"));
  // Both tools read it back, unless the end is missing.
  const std::string cut = folder.write("cut.jpg", jpeg.substr(0, jpeg.size() - 20));
  for (const char* tool : {kTool, kDeviceTool}) {
    check_ok(run_tool(tool, {"run", model, folder / "sheet.png", folder / "sheet.jpg"}));
    check_refused(run_tool(tool, {"run", model, cut}), 4, "cut.jpg: the JPEG file ends too early");
  }
}

TEST_CASE("a bad photograph is left out, and no sheet is made of none") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string photo = write_photo(folder, "a.bmp");
  const std::string text = folder.write("text.jpg", "no image");
  const std::string sheet = folder / "sheet.png";
  check_refused(run_tool(kTool, {"sheet", model, text, "-o", sheet}), 4, "text.jpg");
  CHECK(!std::filesystem::exists(sheet));
  const Outcome outcome = run_tool(kTool, {"sheet", model, text, photo, "-o", sheet});
  check_refused(outcome, 4, "text.jpg");
  CHECK(outcome.out.ends_with("sheet.png: 1 photographs\n"));
}

TEST_CASE("a sheet that cannot be written leaves nothing, and no photograph is overwritten") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string photo = write_photo(folder, "a.bmp");
  const std::string before = read_file(photo);
  std::filesystem::create_hard_link(photo, folder / "photo.png");
  const std::size_t files = folder.file_count();
  const auto sheet = [&](const std::string& output, const std::string& setup = "") {
    return run_tool(kTool, {"sheet", model, photo, "-o", output}, setup);
  };
  check_refused(sheet(photo + "/sheet.png"), 6, "sheet.png");
  check_refused(sheet(folder / "sheet.png", "ulimit -f 1;"), 6, "sheet.png");
  check_refused(sheet(folder / "photo.png"), 2, "overwrite");
  CHECK(folder.file_count() == files);
  CHECK(read_file(photo) == before);
}

}  // namespace
}  // namespace bitdown::tests
