/// The agent's operator API, `POST /api/v1`: one call a request, answered once.
///
///   HTTP worker ──check──▶ by its type, a call is answered here (version, flags, files …), from
///   the agent's view (GET_TASKS …), or from that and what its containers use (GET_CONTAINERS)
///
/// A new call is a row in one of the tables: `agent_local_calls`, `agent_viewed_calls`. Those that
/// start or end containers are not served: the answer to them says so.
#pragma once

#include "http/agent_reads.hpp"
#include "http/common_routes.hpp"
#include "http/file_table.hpp"
#include "wire/media.hpp"

#include <mesos/v1/agent.pb.h>

#include <map>
#include <memory>

namespace troupe::http {

/// What the calls are answered from.
struct agent_api_parts {
  caf::actor_system& system;
  agent_reads reads;
  std::shared_ptr<const file_table> files;
  metrics_actor metrics;
  daemon_identity daemon;
};

/// A call on its way to its answer.
struct agent_exchange {
  shared<mesos::v1::agent::Call> call;
  wire::media accepted = wire::media::json;
  std::string principal;
  responder respond;

  void answer(const mesos::v1::agent::Response& response) const;
};

using agent_call_type = mesos::v1::agent::Call::Type;

/// Calls that do not need the agent.
using agent_local_call = void (*)(const agent_api_parts&, const agent_exchange&);
const std::map<agent_call_type, agent_local_call>& agent_local_calls();

/// Calls that the agent's view answers.
using agent_viewed_call = mesos::v1::agent::Response (*)(const agent_state_view&);
const std::map<agent_call_type, agent_viewed_call>& agent_viewed_calls();

/// `/api/v1` with all of the above.
void add_agent_api(router& r, const agent_api_parts& parts);

} // namespace troupe::http
