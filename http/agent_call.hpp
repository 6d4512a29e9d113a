/// From a request to a call of the agent's operator API. Beside JSON and protobuf this API knows
/// recordio, for the few calls whose request or answer is a stream: there `Message-Content-Type`
/// and `Message-Accept` say what the records are.
#pragma once

#include "http/message.hpp"
#include "wire/media.hpp"

#include <mesos/v1/agent.pb.h>

#include <optional>

namespace troupe::http {

/// Fills `call`, from the first record when the body is a stream, and checks its form; or gives the
/// 400 or 415 to answer.
std::optional<response> read_agent_call(const request& req, mesos::v1::agent::Call& call);

/// Sets the encoding of the answer to `call`, or of its records; or gives the 406 to answer.
std::optional<response> negotiate_agent_answer(const request& req,
                                               const mesos::v1::agent::Call& call,
                                               wire::media& accepted);

} // namespace troupe::http
