/// Reading the body of a v1 call.
#pragma once

#include "http/media_type.hpp"
#include "http/message.hpp"
#include "wire/media.hpp"

#include <optional>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace troupe::http {

/// Fills `call` from the request's body, or gives the 400 or 415 to answer.
std::optional<response> read_call(const request& req, google::protobuf::Message& call);

/// Fills `call` from bytes in that encoding, or gives the 400 to answer.
std::optional<response> decode_call(wire::media encoding, std::string_view bytes,
                                    google::protobuf::Message& call);

/// JSON or protobuf; recordio is neither and never asked for here.
wire::media encoding_of(media_type type);

} // namespace troupe::http
