/// One JSON string, number or boolean, read as the value of a protobuf field. Internal to the
/// codec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace google::protobuf {
class FieldDescriptor;
class Message;
} // namespace google::protobuf

namespace troupe::wire {

/// A JSON value that is no object, array or null. Integers beyond 64 bits come as doubles.
using json_scalar = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

/// A value of the C++ type that the field has: `int` is an enum's number, a string is text or
/// bytes.
using field_value = std::variant<bool, std::int32_t, std::int64_t, std::uint32_t, std::uint64_t,
                                 float, double, std::string>;

/// A value, or nothing where the rules say "not set", or an error.
struct scalar_result {
  std::optional<field_value> value;
  std::string error;
};

/// Converts by the codec's rules (see json.hpp). For enums the value is the number as
/// `std::int32_t`.
scalar_result read_scalar(const json_scalar& value, const google::protobuf::FieldDescriptor& field);

/// Sets the field, or appends to it if it is repeated. Requires a value of the field's type.
void store_scalar(field_value value, google::protobuf::Message& message,
                  const google::protobuf::FieldDescriptor& field);

/// "a string", "an integer", "an object", ...: what a field takes, for error texts.
std::string expected_kind(const google::protobuf::FieldDescriptor& field);

/// "a string", "a number" or "a boolean".
std::string_view kind_name(const json_scalar& value);

/// Foreign text for an error message: at most `longest` bytes, control and non-ASCII ones as '?'.
std::string sanitized(std::string_view text, std::size_t longest);

/// The beginning of `text`, sanitized, in quotes.
std::string printable(std::string_view text);

} // namespace troupe::wire
