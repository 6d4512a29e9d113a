#include "http/agent_call.hpp"

#include "http/media_type.hpp"
#include "http/operator_call.hpp"
#include "http/v1_call.hpp"
#include "wire/recordio.hpp"

namespace troupe::http {

using mesos::v1::agent::Call;

namespace {

const std::string three_types =
    "application/json or application/x-protobuf or application/recordio";

std::optional<response> read_first_record(const request& req, Call& call) {
  const auto given = req.headers.find("Message-Content-Type");
  if (!given)
    return error(400, "Expecting 'Message-Content-Type' beside a 'Content-Type' of "
                      "application/recordio");
  const auto encoding = wire::media_from_name(*given);
  if (!encoding)
    return error(415, "Expecting 'Message-Content-Type' of application/json or "
                      "application/x-protobuf");
  // A record cannot be longer than the body that it stands in.
  wire::record_decoder decoder(req.body.size());
  std::vector<std::string> records;
  const auto cut = decoder.push(req.body, records);
  if (records.empty())
    return error(400, "Failed to parse body into records: " +
                          (cut ? std::string("the first one is incomplete") : cut.error()));
  return decode_call(*encoding, records.front(), call);
}

std::optional<response> read_body(const request& req, Call& call) {
  const auto type = req.headers.find("Content-Type");
  if (!type || type->empty())
    return error(400, "Expecting 'Content-Type' to be present");
  if (*type == to_string(media_type::recordio))
    return read_first_record(req, call);
  const auto encoding = wire::media_from_name(*type);
  if (!encoding)
    return error(415, "Expecting 'Content-Type' of " + three_types);
  if (req.headers.find("Message-Content-Type"))
    return error(415, "Expecting no 'Message-Content-Type' unless 'Content-Type' is "
                      "application/recordio");
  return decode_call(*encoding, req.body, call);
}

} // namespace

std::optional<response> read_agent_call(const request& req, Call& call) {
  if (auto refusal = read_body(req, call))
    return refusal;
  // Their members hold only what narrows them down.
  static const std::set<int> bare{Call::GET_CONTAINERS, Call::PRUNE_IMAGES};
  if (auto why = check_operator_call(call, bare))
    return error(400, "Failed to validate agent::Call: " + *why);
  if (req.headers.find("Message-Content-Type") && call.type() != Call::ATTACH_CONTAINER_INPUT)
    return error(415, "Streaming request is not supported for " + Call::Type_Name(call.type()) +
                          " call");
  return std::nullopt;
}

std::optional<response> negotiate_agent_answer(const request& req, const Call& call,
                                               wire::media& accepted) {
  const auto chosen =
      negotiate(req, {media_type::json, media_type::protobuf, media_type::recordio});
  if (!chosen)
    return error(406, "Expecting 'Accept' to allow " + three_types);
  const bool streams = *chosen == media_type::recordio;
  if (!streams && req.headers.find("Message-Accept"))
    return error(406, "Expecting no 'Message-Accept' unless 'Accept' is application/recordio");
  if (streams && call.type() != Call::ATTACH_CONTAINER_OUTPUT &&
      call.type() != Call::LAUNCH_NESTED_CONTAINER_SESSION)
    return error(406, "Streaming response is not supported for " + Call::Type_Name(call.type()) +
                          " call");
  const auto records =
      streams ? negotiate(req, {media_type::json, media_type::protobuf}, "Message-Accept") : chosen;
  if (!records)
    return error(406, "Expecting 'Message-Accept' to allow application/json or "
                      "application/x-protobuf");
  accepted = encoding_of(*records);
  return std::nullopt;
}

} // namespace troupe::http
