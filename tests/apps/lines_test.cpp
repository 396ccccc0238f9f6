// SPDX-License-Identifier: MIT
#include "bitdown/lines.h"

#include "bitdown/failure.h"
#include "doctest/doctest.h"
#include "support/folder.h"

namespace bitdown::apps {
namespace {

using tests::Folder;

template <typename Call>
void check_throws(Call call, ExitCode code, const std::string& end) {
  try {
    call();
    FAIL_CHECK("did not throw");
  } catch (const Failure& failure) {
    CAPTURE(failure.what());
    CHECK(failure.code() == code);
    CHECK(std::string_view(failure.what()).ends_with(end));
  }
}

std::vector<std::string> names(std::string_view text) {
  const Folder folder;
  return read_class_names(folder.write("names", text));
}

std::vector<LabelledPhoto> photos(std::string_view text) {
  const Folder folder;
  return read_photo_labels(folder.write("labels.tsv", text), 10);
}

using Names = std::vector<std::string>;

TEST_CASE("class names come one a line or as a table") {
  CHECK(names("tench\ngreat white shark\n") == Names{"tench", "great white shark"});
  CHECK(names("tench\r\ncock\r\n\r\n") == Names{"tench", "cock"});
  CHECK(names("tench") == Names{"tench"});
  CHECK(names("\xef\xbb\xbftench") == Names{"tench"});
  CHECK(names("class_index\twnid\tname\n0\tn1\ttench\n1\tn2\tcock\n") == Names{"tench", "cock"});
  CHECK(names("0\tn1\ttench\n1\tn2\tcock") == Names{"tench", "cock"});
}

TEST_CASE("odd tables of class names are refused with the line") {
  check_throws([] { names("0\tn1\ttench\n2\tn2\tcock\n"); }, ExitCode::kInputInvalid,
               "names: line 2: class index 2 instead of 1");
  check_throws([] { names("0\tn1\ttench\n\nx\tn2\tcock\n"); }, ExitCode::kInputInvalid,
               "names: line 3: does not start with a class index");
  check_throws([] { names("-1\tn1\ttench\n"); }, ExitCode::kInputInvalid,
               "names: line 1: does not start with a class index");
  check_throws([] { names(std::string_view("a\0b", 3)); }, ExitCode::kInputInvalid,
               "names: not a text file");
  check_throws([] { read_class_names("/nowhere/names"); }, ExitCode::kInputMissing,
               "/nowhere/names: no such file");
}

TEST_CASE("photo labels need two columns; a header and more columns are optional") {
  for (const char* text : {"file\tclass_index\twnid\tname\na.jpg\t3\tn1\ttench\nb.jpg\t9\tn2\tx\n",
                           "\xef\xbb\xbf"
                           "a.jpg\t3\nb.jpg\t9",
                           "a.jpg\t3\r\n\r\nb.jpg\t9\r\n"}) {
    const std::vector<LabelledPhoto> read = photos(text);
    REQUIRE(read.size() == 2);
    CHECK(read[0].file == "a.jpg");
    CHECK(read[0].class_index == 3);
    CHECK(read[1].file == "b.jpg");
    CHECK(read[1].class_index == 9);
  }
}

TEST_CASE("odd photo labels are refused with the line") {
  constexpr ExitCode kInvalid = ExitCode::kInputInvalid;
  check_throws([] { photos("a.jpg\t3\n\t2\n"); }, kInvalid,
               "labels.tsv: line 2: needs a file and a class index, tab between");
  check_throws([] { photos("a.jpg\t3\nb.jpg\n"); }, kInvalid,
               "labels.tsv: line 2: needs a file and a class index, tab between");
  check_throws([] { photos("a.jpg\t3\nb.jpg\t-1\n"); }, kInvalid,
               "labels.tsv: line 2: class index is not a number: -1");
  check_throws([] { photos("a.jpg\t3\nb.jpg\t3x\n"); }, kInvalid,
               "labels.tsv: line 2: class index is not a number: 3x");
  check_throws([] { photos("file\tclass\na.jpg\t10\n"); }, kInvalid,
               "labels.tsv: line 2: class index 10, but the network has 10 classes");
  for (const std::string index : {"-1", "0x0", "4294967296", " 0", ""}) {  // No header either.
    check_throws([&] { photos("a.jpg\t" + index + "\nb.jpg\t1\n"); }, kInvalid,
                 "labels.tsv: line 1: class index is not a number: " + index);
  }
  check_throws([] { photos("file\tclass_index\n"); }, kInvalid, "labels.tsv: lists no photographs");
  check_throws([] { photos(""); }, kInvalid, "labels.tsv: the file is empty");
}

}  // namespace
}  // namespace bitdown::apps
