/// The JSON form of every wire message, by protobuf reflection: one codec, no code per message.
///
/// Written: fields in the order of their declaration under their proto names; unset fields are left
/// out, but for singular ones with an explicit default that are not deprecated; 64-bit integers are
/// plain numbers, enums names, bytes standard base64, maps objects sorted by key, and a double
/// always has a fraction or an exponent. NaN and the infinities, which JSON lacks, are the strings
/// "NaN", "Infinity" and "-Infinity". The text is valid UTF-8 whatever the strings hold: bad bytes
/// become U+FFFD.
///
/// Read: `null` and unknown keys mean "not set"; numbers and booleans may come as strings; a
/// fraction is cut off for integers; a single value stands for a list of one; the last of equal
/// keys counts; an unknown enum name leaves an optional field unset and drops a list's element.
#pragma once

#include "wire/decode_result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
} // namespace google::protobuf

namespace troupe::wire {

/// Objects and arrays that may enclose each other in a text that is read.
constexpr std::size_t max_json_depth = 100;

/// The message as JSON. Requires that all required fields are set.
std::string to_json(const google::protobuf::Message& message);

/// Appends the message as JSON to `out`.
void append_json(std::string& out, const google::protobuf::Message& message);

/// Appends `text` as a quoted and escaped JSON string. `/` is not escaped.
void append_json_string(std::string& out, std::string_view text);

/// Appends the shortest number that reads back as `value`: "15.0", "0.001", "1e21"; see above for
/// NaN.
void append_json_double(std::string& out, double value);
void append_json_double(std::string& out, float value);

/// Fills `out` from a JSON object. Refuses anything but one whole object, a value of the wrong kind
/// or out of range, missing required fields and more than `max_json_depth` levels; `out` is then
/// empty.
decode_result from_json(std::string_view text, google::protobuf::Message& out);

} // namespace troupe::wire
