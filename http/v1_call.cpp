#include "http/v1_call.hpp"

#include <google/protobuf/message.h>

namespace troupe::http {

wire::media encoding_of(media_type type) {
  return type == media_type::protobuf ? wire::media::protobuf : wire::media::json;
}

std::optional<response> read_call(const request& req, google::protobuf::Message& call) {
  auto checked = check_content_type(req);
  if (checked.refusal)
    return std::move(checked.refusal);
  if (*checked.type == media_type::recordio)
    return error(415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
  return decode_call(encoding_of(*checked.type), req.body, call);
}

std::optional<response> decode_call(wire::media encoding, std::string_view bytes,
                                    google::protobuf::Message& call) {
  if (auto read = wire::decode(encoding, bytes, call); !read)
    return error(400, "Failed to parse body into " +
                          std::string(encoding == wire::media::json ? "JSON" : "protobuf") + ": " +
                          read.error());
  return std::nullopt;
}

} // namespace troupe::http
