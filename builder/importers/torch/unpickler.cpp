// SPDX-License-Identifier: MIT
#include "importers/torch/unpickler.h"

#include <bit>
#include <string>
#include <unordered_map>
#include <utility>

#include "importers/byte_reader.h"
#include "importers/failure.h"
#include "importers/torch/globals.h"

namespace bitdown::builder::torch {
namespace {

// Of pickle protocol 2, as Python's pickletools names them.
enum Opcode : std::uint8_t {
  kMark = '(',
  kEmptyTuple = ')',
  kStop = '.',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
};

// The largest ResNet's checkpoint has about 50,000.
constexpr std::size_t kMaxObjects = std::size_t{1} << 20;
// Containers nest a few levels deep.
constexpr std::size_t kMaxMarks = 4096;

class Unpickler {
 public:
  Unpickler(std::span<const std::byte> bytes, std::size_t offset) : reader_(bytes, offset) {}

  Pickle run() {
    if (reader_.little_endian(1) != kProto) fail_at("no pickle");
    read_protocol();
    while (true) {
      opcode_offset_ = reader_.offset();
      const auto opcode = static_cast<std::uint8_t>(reader_.little_endian(1));
      if (opcode == kStop) break;
      if (!push_constant(opcode) && !use_memo(opcode) && !fill_container(opcode)) {
        evaluate(opcode);
      }
    }
    pickle_.root = pop();
    pickle_.end = reader_.offset();
    return std::move(pickle_);
  }

 private:
  bool push_constant(std::uint8_t opcode);
  bool use_memo(std::uint8_t opcode);
  bool fill_container(std::uint8_t opcode);
  void evaluate(std::uint8_t opcode);
  void read_protocol();
  void push_long(std::size_t width);
  void push_double();
  void push_global();
  void push_tuple(std::size_t size);
  void add_items(std::span<const ObjectId> keys_and_values);
  void reduce();
  void set_state();

  [[noreturn]] void fail_at(const std::string& what) const {
    fail_invalid(what + " in pickle at byte " + std::to_string(opcode_offset_));
  }

  void push(ObjectId id) {
    // Memo references make the stack longer than the arena.
    if (stack_.size() >= kMaxObjects) fail_unsupported("more than a million objects in a pickle");
    stack_.push_back(id);
  }
  void push_object(Object object) {
    if (pickle_.objects.size() >= kMaxObjects) {
      fail_unsupported("more than a million objects in a pickle");
    }
    pickle_.objects.push_back(std::move(object));
    push(static_cast<ObjectId>(pickle_.objects.size() - 1));
  }

  void memoize(std::uint64_t key) {
    if (memo_.size() >= kMaxObjects) fail_unsupported("more than a million objects in a pickle");
    memo_[key] = top();
  }

  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  ObjectId top() const {
    if (stack_.size() <= floor()) fail_at("empty stack");
    return stack_.back();
  }
  ObjectId pop() {
    const ObjectId id = top();
    stack_.pop_back();
    return id;
  }
  std::vector<ObjectId> pop_to(std::size_t size) {
    std::vector<ObjectId> items(stack_.begin() + static_cast<std::ptrdiff_t>(size), stack_.end());
    stack_.resize(size);
    return items;
  }
  std::vector<ObjectId> pop_count(std::size_t count) {
    if (stack_.size() - floor() < count) fail_at("empty stack");
    return pop_to(stack_.size() - count);
  }
  std::vector<ObjectId> pop_mark() {
    if (marks_.empty()) fail_at("no mark");
    std::vector<ObjectId> items = pop_to(marks_.back());
    marks_.pop_back();
    return items;
  }
  template <typename T>
  T& expect(ObjectId id, const char* what) {
    T* value = std::get_if<T>(&pickle_.objects[id]);
    if (value == nullptr) fail_at(std::string("expected ") + what);
    return *value;
  }

  ByteReader reader_;
  std::size_t opcode_offset_ = 0;
  Pickle pickle_;
  std::vector<ObjectId> stack_;
  std::vector<std::size_t> marks_;  ///< Sizes of stack_ where a mark lies; pops stop there.
  std::unordered_map<std::uint64_t, ObjectId> memo_;
};

bool Unpickler::push_constant(std::uint8_t opcode) {
  switch (opcode) {
    case kNone:
      push_object(None{});
      return true;
    case kNewTrue:
      push_object(true);
      return true;
    case kNewFalse:
      push_object(false);
      return true;
    case kEmptyList:
      push_object(List{});
      return true;
    case kEmptyTuple:
      push_object(Tuple{});
      return true;
    case kEmptyDict:
      push_object(Dict{});
      return true;
    case kBinInt1:
      push_object(static_cast<std::int64_t>(reader_.little_endian(1)));
      return true;
    case kBinInt2:
      push_object(static_cast<std::int64_t>(reader_.little_endian(2)));
      return true;
    case kBinInt:
      push_long(4);
      return true;
    case kLong1:
      push_long(reader_.little_endian(1));
      return true;
    case kBinFloat:
      push_double();
      return true;
    case kShortBinString:
      push_object(reader_.text(reader_.little_endian(1)));
      return true;
    case kBinString:
    case kBinUnicode:
      push_object(reader_.text(reader_.little_endian(4)));
      return true;
    case kGlobal:
      push_global();
      return true;
    default:
      return false;
  }
}

bool Unpickler::use_memo(std::uint8_t opcode) {
  switch (opcode) {
    case kBinPut:
      memoize(reader_.little_endian(1));
      return true;
    case kLongBinPut:
      memoize(reader_.little_endian(4));
      return true;
    case kBinGet:
    case kLongBinGet: {
      const auto found = memo_.find(reader_.little_endian(opcode == kBinGet ? 1 : 4));
      if (found == memo_.end()) fail_at("unknown memo entry");
      push(found->second);
      return true;
    }
    default:
      return false;
  }
}

bool Unpickler::fill_container(std::uint8_t opcode) {
  switch (opcode) {
    case kMark:
      if (marks_.size() >= kMaxMarks) fail_at("marks too deep");
      marks_.push_back(stack_.size());
      return true;
    case kTuple:
      push_object(Tuple{pop_mark()});
      return true;
    case kTuple1:
    case kTuple2:
    case kTuple3:
      push_object(Tuple{pop_count(opcode - kTuple1 + std::size_t{1})});
      return true;
    case kAppend:
    case kAppends: {
      const std::vector<ObjectId> items = opcode == kAppend ? pop_count(1) : pop_mark();
      std::vector<ObjectId>& list = expect<List>(top(), "a list").items;
      list.insert(list.end(), items.begin(), items.end());
      return true;
    }
    case kSetItem:
      add_items(pop_count(2));
      return true;
    case kSetItems:
      add_items(pop_mark());
      return true;
    default:
      return false;
  }
}

void Unpickler::evaluate(std::uint8_t opcode) {
  switch (opcode) {
    case kProto:
      read_protocol();
      break;
    case kReduce:
      reduce();
      break;
    case kBuild:
      set_state();
      break;
    case kBinPersId: {
      const std::vector<ObjectId>& id = expect<Tuple>(pop(), "a persistent id").items;
      push_object(find_storage(id, pickle_.objects));
      break;
    }
    default:
      fail_at("opcode " + std::to_string(opcode) + ", which torch.save does not write,");
  }
}

void Unpickler::read_protocol() {
  const std::uint64_t protocol = reader_.little_endian(1);
  if (protocol != 2) {
    fail_unsupported("pickle protocol " + std::to_string(protocol) + "; torch.save writes 2");
  }
}

void Unpickler::push_long(std::size_t width) {
  if (width > 8) fail_at("an integer of more than 64 bits");
  const std::uint64_t bits = reader_.little_endian(width);
  const unsigned unused = width == 0 ? 0 : 64 - 8 * static_cast<unsigned>(width);
  push_object(static_cast<std::int64_t>(bits << unused) >> unused);
}

void Unpickler::push_double() {
  std::uint64_t bits = 0;  // Big-endian, unlike everything else.
  for (const std::byte byte : reader_.take(8)) bits = bits << 8 | std::to_integer<unsigned>(byte);
  push_object(std::bit_cast<double>(bits));
}

void Unpickler::push_global() {
  const std::string_view module = reader_.line();
  const std::string_view name = reader_.line();
  std::optional<Object> object = find_global(module, name);
  if (!object) {
    fail_at("forbidden global " + in_quotes(std::string(module) + "." + std::string(name)));
  }
  push_object(std::move(*object));
}

void Unpickler::add_items(std::span<const ObjectId> keys_and_values) {
  if (keys_and_values.size() % 2 != 0) fail_at("a key without a value");
  Dict& dict = expect<Dict>(top(), "a dictionary");
  for (std::size_t i = 0; i < keys_and_values.size(); i += 2) {
    dict.items.emplace_back(keys_and_values[i], keys_and_values[i + 1]);
  }
}

void Unpickler::reduce() {
  const std::vector<ObjectId>& arguments = expect<Tuple>(pop(), "arguments").items;
  const Function function = expect<Function>(pop(), "a function");
  std::variant<Object, ObjectId> result = call(function, arguments, pickle_.objects);
  if (const ObjectId* id = std::get_if<ObjectId>(&result)) {
    push(*id);
  } else {
    push_object(std::move(std::get<Object>(result)));
  }
}

// A state dictionary carries its version numbers as an attribute; nothing here needs them.
void Unpickler::set_state() {
  expect<Dict>(pop(), "a state");
  expect<Dict>(top(), "a dictionary");
}

}  // namespace

Pickle unpickle(std::span<const std::byte> bytes, std::size_t offset) {
  return Unpickler(bytes, offset).run();
}

}  // namespace bitdown::builder::torch
