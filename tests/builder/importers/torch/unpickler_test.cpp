// SPDX-License-Identifier: MIT
#include "importers/torch/unpickler.h"

#include <string>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/pickle_writer.h"
#include "doctest/doctest.h"

namespace {

using namespace bitdown::builder;
using namespace std::string_view_literals;
using bitdown::StatusCode;
using bitdown::tests::as_bytes;
using bitdown::tests::error_of;
using bitdown::tests::PickleWriter;
using torch::Pickle;

Pickle read(const std::string& pickle) {
  return torch::unpickle(as_bytes(pickle));
}

template <typename T>
T root_of(const std::string& pickle) {
  const Pickle result = read(pickle);
  CHECK(result.end == pickle.size());
  return std::get<T>(result.at(result.root));
}

bitdown::tests::Failure failure_of(const std::string& pickle) {
  return error_of([&] { read(pickle); });
}

}  // namespace

TEST_CASE("numbers have the values that Python's pickler means") {
  CHECK(root_of<std::int64_t>(PickleWriter().raw("K\xff").stop()) == 255);
  CHECK(root_of<std::int64_t>(PickleWriter().raw("M\xff\xfe").stop()) == 0xfeff);
  CHECK(root_of<std::int64_t>(PickleWriter().raw("J\xfe\xff\xff\xff").stop()) == -2);
  CHECK(root_of<std::int64_t>(PickleWriter().raw("\x8a\x00"sv).stop()) == 0);
  CHECK(root_of<std::int64_t>(PickleWriter().raw("\x8a\x02\x00\x80"sv).stop()) == -32768);
  CHECK(root_of<std::int64_t>(PickleWriter().integer(INT64_MIN).stop()) == INT64_MIN);
  CHECK(root_of<double>(PickleWriter().raw("G\xbf\xf8\0\0\0\0\0\0"sv).stop()) == -1.5);
  CHECK(root_of<bool>(PickleWriter().boolean(true).stop()));
  CHECK_FALSE(root_of<bool>(PickleWriter().boolean(false).stop()));
}

TEST_CASE("all three kinds of text are text") {
  // Temporaries would leave the text, which points into the pickle, behind.
  for (const std::string_view opcodes : {"U\x03net"sv, "T\x03\0\0\0net"sv, "X\x03\0\0\0net"sv}) {
    const std::string pickle = PickleWriter().raw(opcodes).stop();
    CHECK(root_of<std::string_view>(pickle) == "net");
  }
}

TEST_CASE("containers are filled through one item, many items and the memo") {
  const std::string pickle = PickleWriter()
                                 .raw(
                                     "]q\x01K\x07"
                                     "a(K\x08h\x01"
                                     "e")
                                 .stop();  // x = [7, 8]; x.append(x)
  const Pickle result = read(pickle);
  const auto& items = std::get<torch::List>(result.at(result.root)).items;
  REQUIRE(items.size() == 3);
  CHECK(std::get<std::int64_t>(result.at(items[1])) == 8);
  CHECK(items[2] == result.root);

  const auto dict = root_of<torch::Dict>(
      PickleWriter().raw("}r\xff\xff\xff\xffK\x01K\x02s(K\x03K\x04K\x05K\x06u").stop());
  CHECK(dict.items.size() == 3);
  CHECK(root_of<torch::Tuple>(PickleWriter().raw("(K\x01K\x02K\x03K\x04t").stop()).items.size() ==
        4);
  CHECK(root_of<torch::Tuple>(PickleWriter().raw("K\x01K\x02K\x03\x87").stop()).items.size() == 3);
}

TEST_CASE("only the listed globals exist, and the message names the others and their place") {
  CHECK(root_of<ElementType>(PickleWriter().global("torch", "ShortStorage").stop()) ==
        ElementType::kInt16);
  const auto system =
      failure_of(PickleWriter().global("os", "system").raw("(").text("true").raw("tR").stop());
  CHECK(system.code == StatusCode::kInvalidData);
  CHECK(system.message == "forbidden global 'os.system' in pickle at byte 2");
  for (const auto& [module, name] : {std::pair("builtins", "eval"),
                                     {"posix", "system"},
                                     {"torch", "load"},
                                     {"torch._utils", "os"},
                                     {"collections", "OrderedDict.fromkeys"},
                                     {"", ""}}) {
    CHECK(failure_of(PickleWriter().global(module, name).stop()).says("forbidden global"));
  }
  CHECK(failure_of(PickleWriter().global("o\x1b[31m", "s").stop()).says("'o?[31m.s'"));
}

TEST_CASE("calls accept only what torch.save writes") {
  const auto call = [](const std::string& name, std::string_view arguments) {
    return failure_of(PickleWriter().global("torch._utils", name).raw(arguments).raw("R").stop());
  };
  CHECK(call("_rebuild_tensor_v2", ")").says("_rebuild_tensor_v2 with 0 arguments"));
  CHECK(call("_rebuild_tensor_v2", "(K\x01K\x01))\x88Nt").says("tensor storage"));
  CHECK(call("_rebuild_parameter", "(K\x01\x88Nt").says("parameter data"));
  CHECK(call("_rebuild_parameter", "N").says("expected arguments"));
  CHECK(failure_of(PickleWriter().raw("K\x01)R").stop()).says("expected a function"));
  const auto ordered = PickleWriter().global("collections", "OrderedDict").raw("]\x85R").stop();
  CHECK(failure_of(ordered).says("OrderedDict with arguments"));
  CHECK(failure_of(PickleWriter().raw("K\x01Q").stop()).says("persistent id"));
  CHECK(failure_of(PickleWriter().raw(")Q").stop()).says("not a storage"));
}

TEST_CASE("the stack never runs dry, not even past a mark") {
  for (const std::string_view opcodes :
       {"", "a", "s", "t", "u", "e", "R", "b", "Q", "q\x01", "\x85", "K\x01(", "K\x01(\x85", "](a",
        "}(K\x01s", "K\x01\x86"}) {
    CAPTURE(opcodes);
    CHECK(failure_of(PickleWriter().raw(opcodes).stop()).code == StatusCode::kInvalidData);
  }
}

TEST_CASE("opcodes, protocols and types that torch.save does not write are refused") {
  for (int opcode = 0; opcode < 256; ++opcode) {
    if ("().GJKMNQRTUX]abcehjqrstu}"sv.find(static_cast<char>(opcode)) != std::string_view::npos ||
        opcode == 0x80 || (opcode >= 0x85 && opcode <= 0x8a)) {
      continue;
    }
    CAPTURE(opcode);
    const std::string code(1, static_cast<char>(opcode));
    CHECK(failure_of(PickleWriter().raw(code).stop()).says("opcode " + std::to_string(opcode)));
  }
  CHECK(failure_of("\x80\x04N.").code == StatusCode::kUnsupported);
  CHECK(failure_of("N.").says("no pickle"));
  CHECK(failure_of(PickleWriter().raw("h\x05").stop()).says("unknown memo entry"));
  CHECK(failure_of(PickleWriter()
                       .raw("K\x01K\x02"
                            "a")
                       .stop())
            .says("expected a list"));
  CHECK(failure_of(PickleWriter().raw("K\x01K\x02K\x03s").stop()).says("expected a dictionary"));
  CHECK(failure_of(PickleWriter().raw("}(K\x01u").stop()).says("a key without a value"));
  CHECK(failure_of(PickleWriter().raw("\x8a\x09").raw(std::string(9, 0)).stop()).says("64 bits"));
}

TEST_CASE("a tree of 2^500 leaves costs no more than its 500 tuples") {
  PickleWriter writer;
  writer.raw("K\x01");
  for (int i = 0; i < 500; ++i) writer.raw("q\x01h\x01\x86");
  CHECK(read(writer.stop()).objects.size() == 501);
}

TEST_CASE("nesting half a million deep is harmless, a million and more objects are refused") {
  PickleWriter writer;
  writer.raw(")");
  for (int i = 0; i < 500'000; ++i) writer.raw("\x85");
  CHECK(read(writer.stop()).objects.size() == 500'001);
  for (int i = 0; i < 600'000; ++i) writer.raw("\x85");
  CHECK(failure_of(writer.stop()).code == StatusCode::kUnsupported);

  PickleWriter references;
  references.raw("Nq\x01");
  for (int i = 0; i < 1'100'000; ++i) references.raw("h\x01");
  CHECK(failure_of(references.stop()).code == StatusCode::kUnsupported);
}

TEST_CASE("marks and memo entries are bounded") {
  CHECK(failure_of(PickleWriter().raw(std::string(5000, '(')).stop()).says("marks too deep"));
  PickleWriter puts;
  puts.raw("N");
  for (std::uint32_t i = 0; i < 1'100'000; ++i) {
    std::string put = "r";
    for (int shift = 0; shift < 32; shift += 8) put += static_cast<char>(i >> shift);
    puts.raw(put);
  }
  CHECK(failure_of(puts.stop()).code == StatusCode::kUnsupported);
}

TEST_CASE("lengths beyond the end ask for no memory") {
  CHECK(failure_of(PickleWriter().raw("X\xff\xff\xff\xffhi").stop()).says("truncated"));
  CHECK(failure_of(PickleWriter().raw("T\xff\xff\xff\x7fhi").stop()).says("truncated"));
  CHECK(failure_of(PickleWriter().raw("ctorch").stop()).says("truncated"));
}
