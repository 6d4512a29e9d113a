#include "wire/json_scalar.hpp"

#include "wire/base64.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace troupe::wire {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

scalar_result failure(std::string reason) {
  return {std::nullopt, std::move(reason)};
}

scalar_result wrong_kind(const json_scalar& value, const FieldDescriptor& field) {
  return failure("expected " + expected_kind(field) + ", got " + std::string{kind_name(value)});
}

template <class T>
bool parse_whole(std::string_view text, T& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

/// The number that a string holds, in the narrowest type that keeps it.
std::optional<json_scalar> number_of(std::string_view text) {
  if (text == "NaN")
    return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity" || text == "-Infinity")
    return text[0] == '-' ? -std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::infinity();
  // from_chars knows other spellings of these, which no JSON writer uses.
  if (text.find_first_not_of("0123456789+-.eE") != text.npos)
    return std::nullopt;
  std::int64_t whole = 0;
  if (parse_whole(text, whole))
    return whole;
  std::uint64_t positive = 0;
  if (parse_whole(text, positive))
    return positive;
  double real = 0;
  if (parse_whole(text, real))
    return real;
  return std::nullopt;
}

template <class Integer>
scalar_result to_integer(const json_scalar& number) {
  constexpr auto low = std::numeric_limits<Integer>::min();
  constexpr auto high = std::numeric_limits<Integer>::max();
  if (auto whole = std::get_if<std::int64_t>(&number)) {
    if (std::cmp_greater_equal(*whole, low) && std::cmp_less_equal(*whole, high))
      return {static_cast<Integer>(*whole), {}};
  } else if (auto positive = std::get_if<std::uint64_t>(&number)) {
    if (std::cmp_less_equal(*positive, high))
      return {static_cast<Integer>(*positive), {}};
  } else {
    // Both bounds are powers of two, hence exact as doubles; `high` itself would be rounded up.
    auto cut = std::trunc(std::get<double>(number));
    auto bound = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
    if (cut >= static_cast<double>(low) && cut < bound)
      return {static_cast<Integer>(cut), {}};
  }
  return failure("number out of range");
}

double to_double(const json_scalar& number) {
  if (auto whole = std::get_if<std::int64_t>(&number))
    return static_cast<double>(*whole);
  if (auto positive = std::get_if<std::uint64_t>(&number))
    return static_cast<double>(*positive);
  return std::get<double>(number);
}

scalar_result to_float(const json_scalar& number) {
  auto real = to_double(number);
  auto narrow = static_cast<float>(real);
  if (std::isinf(narrow) && !std::isinf(real))
    return failure("number out of range");
  return {narrow, {}};
}

scalar_result read_number(const json_scalar& value, const FieldDescriptor& field) {
  auto number = value;
  if (std::holds_alternative<bool>(value))
    return wrong_kind(value, field);
  if (auto text = std::get_if<std::string_view>(&value)) {
    auto parsed = number_of(*text);
    if (!parsed)
      return failure("expected " + expected_kind(field) + ", got the string " + printable(*text));
    number = *parsed;
  }
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return to_integer<std::int32_t>(number);
  case FieldDescriptor::CPPTYPE_INT64:
    return to_integer<std::int64_t>(number);
  case FieldDescriptor::CPPTYPE_UINT32:
    return to_integer<std::uint32_t>(number);
  case FieldDescriptor::CPPTYPE_UINT64:
    return to_integer<std::uint64_t>(number);
  case FieldDescriptor::CPPTYPE_FLOAT:
    return to_float(number);
  default:
    return {to_double(number), {}};
  }
}

scalar_result read_boolean(const json_scalar& value, const FieldDescriptor& field) {
  if (auto truth = std::get_if<bool>(&value))
    return {*truth, {}};
  if (auto text = std::get_if<std::string_view>(&value)) {
    if (*text == "true" || *text == "false")
      return {*text == "true", {}};
    return failure("expected a boolean, got the string " + printable(*text));
  }
  return wrong_kind(value, field);
}

scalar_result read_enum(const json_scalar& value, const FieldDescriptor& field) {
  auto name = std::get_if<std::string_view>(&value);
  if (name == nullptr)
    return wrong_kind(value, field);
  if (auto known = field.enum_type()->FindValueByName(std::string{*name}))
    return {std::int32_t{known->number()}, {}};
  if (field.is_required())
    return failure("unknown value " + printable(*name) + " of " + field.enum_type()->name());
  return {};
}

scalar_result read_text(const json_scalar& value, const FieldDescriptor& field) {
  auto text = std::get_if<std::string_view>(&value);
  if (text == nullptr)
    return wrong_kind(value, field);
  if (field.type() != FieldDescriptor::TYPE_BYTES)
    return {std::string{*text}, {}};
  auto bytes = decode_base64(*text);
  if (!bytes)
    return failure("not valid base64: " + printable(*text));
  return {std::move(*bytes), {}};
}

} // namespace

scalar_result read_scalar(const json_scalar& value, const FieldDescriptor& field) {
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_MESSAGE:
    return wrong_kind(value, field);
  case FieldDescriptor::CPPTYPE_BOOL:
    return read_boolean(value, field);
  case FieldDescriptor::CPPTYPE_ENUM:
    return read_enum(value, field);
  case FieldDescriptor::CPPTYPE_STRING:
    return read_text(value, field);
  default:
    return read_number(value, field);
  }
}

void store_scalar(field_value value, Message& message, const FieldDescriptor& field) {
  using google::protobuf::Reflection;
  auto put = [&](auto set, auto add, auto content) {
    (message.GetReflection()->*(field.is_repeated() ? add : set))(&message, &field,
                                                                  std::move(content));
  };
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return put(&Reflection::SetInt32, &Reflection::AddInt32, std::get<std::int32_t>(value));
  case FieldDescriptor::CPPTYPE_INT64:
    return put(&Reflection::SetInt64, &Reflection::AddInt64, std::get<std::int64_t>(value));
  case FieldDescriptor::CPPTYPE_UINT32:
    return put(&Reflection::SetUInt32, &Reflection::AddUInt32, std::get<std::uint32_t>(value));
  case FieldDescriptor::CPPTYPE_UINT64:
    return put(&Reflection::SetUInt64, &Reflection::AddUInt64, std::get<std::uint64_t>(value));
  case FieldDescriptor::CPPTYPE_FLOAT:
    return put(&Reflection::SetFloat, &Reflection::AddFloat, std::get<float>(value));
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return put(&Reflection::SetDouble, &Reflection::AddDouble, std::get<double>(value));
  case FieldDescriptor::CPPTYPE_BOOL:
    return put(&Reflection::SetBool, &Reflection::AddBool, std::get<bool>(value));
  case FieldDescriptor::CPPTYPE_ENUM:
    return put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, std::get<std::int32_t>(value));
  case FieldDescriptor::CPPTYPE_STRING:
    return put(&Reflection::SetString, &Reflection::AddString,
               std::get<std::string>(std::move(value)));
  case FieldDescriptor::CPPTYPE_MESSAGE:
    return; // no scalar; read_scalar has refused it
  }
}

std::string expected_kind(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_MESSAGE:
    return "an object";
  case FieldDescriptor::CPPTYPE_BOOL:
    return "a boolean";
  case FieldDescriptor::CPPTYPE_ENUM:
    return "a name of " + field.enum_type()->name();
  case FieldDescriptor::CPPTYPE_STRING:
    return field.type() == FieldDescriptor::TYPE_BYTES ? "a base64 string" : "a string";
  case FieldDescriptor::CPPTYPE_FLOAT:
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return "a number";
  default:
    return "an integer";
  }
}

std::string_view kind_name(const json_scalar& value) {
  if (std::holds_alternative<bool>(value))
    return "a boolean";
  return std::holds_alternative<std::string_view>(value) ? "a string" : "a number";
}

std::string sanitized(std::string_view text, std::size_t longest) {
  std::string result;
  for (char c : text.substr(0, longest))
    result += c >= 0x20 && c < 0x7f ? c : '?';
  if (text.size() > longest)
    result += "...";
  return result;
}

std::string printable(std::string_view text) {
  return "'" + sanitized(text, 64) + "'";
}

} // namespace troupe::wire
