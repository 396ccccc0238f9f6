// SPDX-License-Identifier: MIT
#include "importers/labels.h"

#include <algorithm>

#include "doctest/doctest.h"

TEST_CASE("ImageNet's names are there, in index order, without the licence above them") {
  const std::vector<std::string> labels = bitdown::builder::imagenet_labels();
  REQUIRE(labels.size() == 1000);
  CHECK(labels[0] == "tench");
  CHECK(labels[2] == "great white shark");
  CHECK(labels[999] == "toilet tissue");
  CHECK(std::none_of(labels.begin(), labels.end(), [](const std::string& label) {
    return label.empty() || label.find_first_of("#_\r\n") != std::string::npos;
  }));
}
