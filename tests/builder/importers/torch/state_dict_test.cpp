// SPDX-License-Identifier: MIT
#include "importers/torch/state_dict.h"

#include <string>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/pickle_writer.h"
#include "doctest/doctest.h"

namespace {

using namespace bitdown::builder;
using bitdown::StatusCode;
using bitdown::tests::as_bytes;
using bitdown::tests::PickleWriter;

bitdown::tests::Failure failure_of(const std::string& pickle) {
  return bitdown::tests::error_of([&] {
    torch::Checkpoint checkpoint;
    checkpoint.pickle = torch::unpickle(as_bytes(pickle));
    torch::read_state_dict(checkpoint);
  });
}

}  // namespace

TEST_CASE("nested and flat keys have the same names") {
  PickleWriter writer;
  writer.raw("}(").text("conv1").raw("}").text("k").integer(7).raw("s");
  const std::string pickle = writer.text("bn1.eps").boolean(true).raw("u").stop();
  torch::Checkpoint checkpoint;
  checkpoint.pickle = torch::unpickle(as_bytes(pickle));
  StateDict dict = torch::read_state_dict(checkpoint);
  CHECK(dict.keys() == std::vector<std::string>{"bn1.eps", "conv1.k"});
  CHECK(dict.integer("conv1.k") == 7);
  CHECK(dict.first_unread() == "bn1.eps");
  CHECK(dict.boolean("bn1.eps"));
  CHECK(dict.first_unread().empty());
}

TEST_CASE("what is no dictionary with text as keys is refused") {
  CHECK(failure_of(PickleWriter().raw("]").stop()).code == StatusCode::kUnsupported);
  CHECK(failure_of(PickleWriter().raw("}K\x01K\x01s").stop()).says("key that is not text"));
}

TEST_CASE("a thousand layers that share a dictionary of a thousand keys stay within bounds") {
  PickleWriter writer;
  writer.raw("}(").text("0").raw("}q\x01(");
  for (int i = 0; i < 1000; ++i) writer.text("key" + std::to_string(i)).raw("N");
  writer.raw("u");
  for (int i = 1; i < 1000; ++i) writer.text(std::to_string(i)).raw("h\x01");
  const auto failure = failure_of(writer.raw("u").stop());
  CHECK(failure.code == StatusCode::kUnsupported);
  CHECK(failure.says("more than 20,000 keys"));
}
