// SPDX-License-Identifier: MIT
// Files that are missing, broken or not what they should be: one line, the documented exit code,
// nothing half-written.
#include <algorithm>
#include <filesystem>

#include "apps/support/networks.h"
#include "apps/support/tool.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

const std::string& checkpoint_bytes() {
  static const std::string bytes = save_legacy(make_checkpoint({}));
  return bytes;
}

TEST_CASE("checkpoints that cannot be imported leave no output") {
  const Folder folder;
  const std::string output = folder / "out.bdn";
  const auto import = [&](const std::string& file) {
    return run_tool(kTool, {"import", file, "-o", output});
  };
  check_refused(import(folder / "none.pth"), 3, "none.pth: no such file");
  check_refused(import(folder / "."), 3, "not a regular file");
  check_refused(import(folder.write("text.pth", "not a checkpoint\n")), 5, "text.pth");
  check_refused(import(folder.write("empty.pth", "")), 4, "empty.pth: the file is empty");
  const std::string& whole = checkpoint_bytes();
  for (const std::size_t length : {whole.size() - 1, whole.size() / 2, std::size_t{100}}) {
    CAPTURE(length);
    check_refused(import(folder.write("cut.pth", whole.substr(0, length))), 4, "cut.pth");
  }
  // os.system("true"), as a pickle would run it.
  const std::string evil(
      "\x80\x02"
      "cos\nsystem\nX\x04\0\0\0true\x85R.",
      25);
  const std::string archive = write_archive({{"net/data.pkl", evil}, {"net/version", "3\n"}});
  check_refused(import(folder.write("evil.pth", archive)), 4, "os.system");
  FakeCheckpoint unknown;
  unknown.add_floats("encoder.weight", {2}, {1, 2});
  check_refused(import(folder.write("unknown.pth", save_zip(unknown))), 5, "encoder.weight");
  check_refused(import(folder / "unknown.pth"), 5, folder / "unknown.pth: ");
  CHECK(!std::filesystem::exists(output));
}

TEST_CASE("outputs that cannot be written leave nothing behind") {
  const Folder folder;
  const std::string checkpoint = folder.write("net.pth", checkpoint_bytes());
  const std::size_t files = folder.file_count();
  // Not even root may write below a file, in a missing folder, or into /proc.
  for (const std::string& output :
       {checkpoint + "/out.bdn", folder / "none/out.bdn", std::string("/proc/out.bdn")}) {
    CAPTURE(output);
    check_refused(run_tool(kTool, {"import", checkpoint, "-o", output}), 6, output);
  }
  check_refused(run_tool(kTool, {"import", checkpoint, "-o", folder / "."}), 6, "");
  // The file size limit stands in for a full disk.
  check_refused(run_tool(kTool, {"import", checkpoint, "-o", folder / "out.bdn"}, "ulimit -f 8;"),
                6, "out.bdn");
  CHECK(folder.file_count() == files);
}

TEST_CASE("an output that cannot be written is refused before the work") {
  const Folder folder;
  const Folder images;
  const std::string network =
      folder.write("net.pth", save_legacy(make_checkpoint({TinyDialect::kTorchvision, 18, 3})));
  const std::string model = write_network(folder, tiny_spec());
  const std::string photo = write_photo(images, "photo.bmp");  // Too few to build.
  for (const char* name : {"folder.html", "folder.png"}) {
    std::filesystem::create_directory(folder / name);
  }
  const std::string page = folder / "folder.html";
  const std::vector<std::string> build = {"build", network, "--images", images / ".", "-o"};
  const auto refused = [](std::vector<std::string> arguments,
                          const std::vector<std::string>& more) {
    CAPTURE(more);
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_tool(kTool, arguments);
    check_refused(outcome, 6, "cannot write " + more.back());
    CHECK(outcome.out.empty());
  };
  refused(build, {page});
  refused(build, {folder / "none/net.bdn"});
  for (const std::string& report : {page, folder / "none/report.html"}) {
    refused(build, {folder / "net.bdn", "--report", report});
    refused({"sweep", network, "--images", images / ".", "-o"}, {folder / ".", "--report", report});
  }
  refused({"run", model, photo}, {"--logits", page});
  refused({"sheet", model, photo}, {"-o", folder / "folder.png"});
  refused({"tune", model}, {"-o", page});
  refused({"calibrate", model, "--images", folder / "."}, {"-o", page});
  CHECK(folder.file_count() == 4);
}

TEST_CASE("the input is never overwritten") {
  const Folder folder;
  const std::string checkpoint = folder.write("net.pth", checkpoint_bytes());
  std::filesystem::create_symlink(checkpoint, folder / "link");
  for (const std::string& output : {checkpoint, folder / "./net.pth", folder / "link"}) {
    check_refused(run_tool(kTool, {"import", checkpoint, "-o", output}), 2, "overwrite");
  }
  CHECK(read_file(checkpoint) == checkpoint_bytes());

  const std::string labels = folder.write("labels.txt", "ant\nbee\ncat\n");
  check_refused(run_tool(kTool, {"import", checkpoint, "--names", labels, "-o", labels}), 2,
                "labels.txt: would overwrite the input");
  const std::string model = write_network(folder, tiny_spec(), "model.png");
  const std::string bytes = read_file(model);
  const std::string photo = write_photo(folder, "photo.bmp");
  check_refused(run_tool(kTool, {"run", model, photo, "--logits", model}), 2, "overwrite");
  check_refused(run_tool(kTool, {"sheet", model, photo, "-o", model}), 2, "overwrite");
  CHECK(read_file(labels) == "ant\nbee\ncat\n");
  CHECK(read_file(model) == bytes);
}

TEST_CASE("every verb of both tools refuses blobs that are broken or newer") {
  const Folder folder;
  const std::string photo = write_photo(folder, "photo.bmp");
  const std::string labels = folder.write("labels.tsv", "photo.bmp\t0\n");
  ModelSpec newer = tiny_spec();
  newer.version = {2, 0, 0};
  const std::string whole = read_file(write_network(folder, tiny_spec()));
  const struct {
    std::string path;
    int code;
    const char* text;
  } blobs[] = {
      {folder / "none.bdn", 3, "none.bdn: no such file"},
      {folder.write("empty.bdn", ""), 4, "empty.bdn: the file is empty"},
      {folder.write("text.bdn", "a text file"), 4, "text.bdn: "},
      {folder.write("cut.bdn", whole.substr(0, whole.size() / 2)), 4, "cut.bdn: "},
      {write_network(folder, newer, "newer.bdn"), 5, "newer.bdn: "},
  };
  for (const auto& blob : blobs) {
    CAPTURE(blob.path);
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"inspect", blob.path},
             {"verify", blob.path},
             {"run", blob.path, photo},
             {"eval", blob.path, "--labels", labels},
             {"sheet", blob.path, photo, "-o", folder / "sheet.png"}}) {
      const Outcome outcome = run_tool(kTool, arguments);
      check_refused(outcome, blob.code, blob.text);
      CHECK(outcome.out.empty());
    }
    check_refused(run_tool(kDeviceTool, {"verify", blob.path}), blob.code, blob.text);
    check_refused(run_tool(kDeviceTool, {"info", blob.path}), blob.code, blob.text);
    check_refused(run_tool(kDeviceTool, {"run", blob.path, photo}), blob.code, blob.text);
  }
  CHECK(!std::filesystem::exists(folder / "sheet.png"));
}

TEST_CASE("one bad image does not stop the others; the first failure is the exit code") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  const std::string first = write_photo(folder, "first.bmp", 1);
  const std::string last = write_photo(folder, "last.bmp", 2);
  const std::string text = folder.write("text.jpg", "a text file given as an image\n");
  for (const char* tool : {kTool, kDeviceTool}) {
    Outcome outcome = run_tool(tool, {"run", model, first, text, last});
    check_refused(outcome, 4, "text.jpg: not a readable ");
    CHECK(outcome.out.find(first) != std::string::npos);
    CHECK(outcome.out.find(last) != std::string::npos);
    outcome = run_tool(tool, {"run", model, folder / "none.jpg", text});
    CHECK(outcome.code == 3);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 2);
  }
}

TEST_CASE("a file name with a line break is still one line") {
  const Folder folder;
  const std::string model = write_network(folder, tiny_spec());
  for (const char* tool : {kTool, kDeviceTool}) {
    check_refused(run_tool(tool, {"run", model, folder / "two\nlines.jpg"}), 3, "two?lines.jpg");
  }
}

}  // namespace
}  // namespace bitdown::tests
