// SPDX-License-Identifier: MIT
#include "state/sealed_file.h"

#include <filesystem>

#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"
#include "support/folder.h"

namespace bitdown::tests {
namespace {

void save(const std::string& file, const std::string& work) {
  builder::write_sealed(file, "print", std::as_bytes(std::span(work)));
}

// "none" when there is none.
std::string load(const std::string& file, const std::string& fingerprint = "print") {
  const auto work = builder::read_sealed(file, fingerprint);
  return work ? std::string(reinterpret_cast<const char*>(work->data()), work->size()) : "none";
}

TEST_CASE("work comes back as it was, and is replaced by newer work") {
  const Folder folder;
  const std::string file = folder / "x.partial";
  CHECK(load(file) == "none");
  for (const std::string& work :
       {std::string("a\0b\n", 4), std::string(), std::string(9999, 'x')}) {
    save(file, work);
    CHECK(load(file) == work);
  }
  CHECK(folder.file_count() == 1);
}

TEST_CASE("other, damaged and older work counts as none") {
  const Folder folder;
  const std::string file = folder / "x.partial";
  save(file, "work");
  CHECK(load(file, "other") == "none");
  CHECK(load(file, "prin") == "none");
  const std::string good = read_file(file);
  const std::size_t kind = std::string("bitdown partial ").size();
  for (std::size_t i = kind; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    folder.write("x.partial", bad);
    CHECK(load(file) == "none");
    folder.write("x.partial", good.substr(0, i));
    CHECK(load(file) == "none");
  }
  folder.write("x.partial", "bitdown partial 1\nwork");
  CHECK(load(file) == "none");
  save(file, "work");
  CHECK(load(file) == "work");
}

TEST_CASE("what somebody else put there is refused and stays") {
  const Folder folder;
  const auto refused = [](const std::string& file) {
    for (const Failure& failure :
         {error_of([&] { builder::refuse_foreign(file); }), error_of([&] { load(file); }),
          error_of([&] { save(file, "work"); })}) {
      CHECK(failure.code == StatusCode::kIoError);
      CHECK(failure.says(file + ": is there, and is no unfinished work of bitdown's"));
    }
  };
  for (const char* text : {"", "bitdown",
                           "my notes, which are longer than a digest would be, as "
                           "they go on and on over a hundred characters"}) {
    const std::string file = folder.write("x.partial", text);
    refused(file);
    CHECK(read_file(file) == text);
  }
  std::filesystem::create_directory(folder / "folder.partial");
  refused(folder / "folder.partial");
  builder::refuse_foreign(folder / "none.partial");
}

}  // namespace
}  // namespace bitdown::tests
