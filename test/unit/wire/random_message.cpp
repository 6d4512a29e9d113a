#include "random_message.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>

namespace troupe::wire {

namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int max_depth = 8;

std::size_t below(std::mt19937_64& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>{0, bound - 1}(random);
}

template <class Integer>
Integer random_integer(std::mt19937_64& random) {
  switch (below(random, 4)) {
  case 0:
    return std::numeric_limits<Integer>::min();
  case 1:
    return std::numeric_limits<Integer>::max();
  default:
    return static_cast<Integer>(random() >> below(random, 64));
  }
}

template <class Real, class Bits>
Real random_real(std::mt19937_64& random) {
  if (below(random, 3) == 0)
    return static_cast<Real>(below(random, 100000)) / 1000;
  auto real = std::bit_cast<Real>(static_cast<Bits>(random()));
  return std::isfinite(real) ? real : Real{0};
}

std::string random_text(std::mt19937_64& random) {
  static const std::string characters[] = {"a",
                                           "Z",
                                           "0",
                                           "\"",
                                           "\\",
                                           "/",
                                           " ",
                                           "\n",
                                           "\t",
                                           "\x01",
                                           "\xc3\xbc",
                                           "\xe2\x82\xac",
                                           "\xf0\x9f\x90\x8d",
                                           "\x7f"};
  std::string text;
  for (auto size = below(random, 12); size > 0; --size)
    text += characters[below(random, std::size(characters))];
  return text;
}

std::string random_bytes(std::mt19937_64& random) {
  std::string bytes;
  for (auto size = below(random, 20); size > 0; --size)
    bytes += static_cast<char>(random());
  return bytes;
}

int random_enum(const EnumDescriptor& type, std::mt19937_64& random) {
  return type.value(static_cast<int>(below(random, static_cast<std::size_t>(type.value_count()))))
      ->number();
}

/// Sets the field once, or appends one element.
void put(Message& message, const FieldDescriptor& field, std::mt19937_64& random, int depth) {
  auto reflection = message.GetReflection();
  auto store = [&](auto set, auto add, auto value) {
    (reflection->*(field.is_repeated() ? add : set))(&message, &field, value);
  };
  using google::protobuf::Reflection;
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return store(&Reflection::SetInt32, &Reflection::AddInt32, random_integer<int32_t>(random));
  case FieldDescriptor::CPPTYPE_INT64:
    return store(&Reflection::SetInt64, &Reflection::AddInt64, random_integer<int64_t>(random));
  case FieldDescriptor::CPPTYPE_UINT32:
    return store(&Reflection::SetUInt32, &Reflection::AddUInt32, random_integer<uint32_t>(random));
  case FieldDescriptor::CPPTYPE_UINT64:
    return store(&Reflection::SetUInt64, &Reflection::AddUInt64, random_integer<uint64_t>(random));
  case FieldDescriptor::CPPTYPE_FLOAT:
    return store(&Reflection::SetFloat, &Reflection::AddFloat,
                 random_real<float, uint32_t>(random));
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return store(&Reflection::SetDouble, &Reflection::AddDouble,
                 random_real<double, uint64_t>(random));
  case FieldDescriptor::CPPTYPE_BOOL:
    return store(&Reflection::SetBool, &Reflection::AddBool, below(random, 2) == 1);
  case FieldDescriptor::CPPTYPE_ENUM:
    return store(&Reflection::SetEnumValue, &Reflection::AddEnumValue,
                 random_enum(*field.enum_type(), random));
  case FieldDescriptor::CPPTYPE_STRING:
    return store(&Reflection::SetString, &Reflection::AddString,
                 field.type() == FieldDescriptor::TYPE_BYTES ? random_bytes(random)
                                                             : random_text(random));
  case FieldDescriptor::CPPTYPE_MESSAGE:
    fill_randomly(*(field.is_repeated() ? reflection->AddMessage(&message, &field)
                                        : reflection->MutableMessage(&message, &field)),
                  random, depth + 1);
  }
}

/// The list behind a map may hold a key twice, which a map does not.
void drop_equal_keys(Message& message, const FieldDescriptor& field) {
  auto reflection = message.GetReflection();
  auto key_of = [&](int i) {
    const auto& entry = reflection->GetRepeatedMessage(message, &field, i);
    std::unique_ptr<Message> key{entry.New()};
    key->CopyFrom(entry);
    key->GetReflection()->ClearField(key.get(), field.message_type()->map_value());
    return key->SerializePartialAsString();
  };
  std::set<std::string> keys;
  for (int i = 0; i < reflection->FieldSize(message, &field);) {
    if (keys.insert(key_of(i)).second) {
      ++i;
      continue;
    }
    reflection->SwapElements(&message, &field, i, reflection->FieldSize(message, &field) - 1);
    reflection->RemoveLast(&message, &field);
  }
}

} // namespace

void fill_randomly(Message& message, std::mt19937_64& random, int depth) {
  auto type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    auto& field = *type->field(i);
    // An entry of a map always has both of its fields once it is written.
    auto needed = field.is_required() || type->options().map_entry();
    if (!needed && (depth >= max_depth || below(random, static_cast<std::size_t>(depth) + 2) > 0))
      continue;
    put(message, field, random, depth);
    while (field.is_repeated() && below(random, 2) == 0)
      put(message, field, random, depth);
    if (field.is_map())
      drop_equal_keys(message, field);
  }
}

} // namespace troupe::wire
