/// The two encodings of a message in an HTTP body or a stream's record, and their names in headers.
#pragma once

#include "wire/decode_result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
} // namespace google::protobuf

namespace troupe::wire {

enum class media {
  json,
  protobuf,
};

/// "application/json" or "application/x-protobuf".
std::string_view media_name(media encoding);

/// The encoding of exactly that name: no parameters, case counts. None for anything else.
std::optional<media> media_from_name(std::string_view name);

/// The message in that encoding. Requires that all required fields are set.
std::string encode(media encoding, const google::protobuf::Message& message);

/// Fills `out` from `bytes`. On a refusal `out` is empty.
decode_result decode(media encoding, std::string_view bytes, google::protobuf::Message& out);

/// Fills `out` from binary protobuf. Refuses malformed bytes, more than 100 levels of messages and
/// missing required fields; `out` is then empty. Unknown fields are kept.
decode_result from_binary(std::string_view bytes, google::protobuf::Message& out);

} // namespace troupe::wire
