/// The master's operator API, `POST /api/v1`: one call a request, answered once or, SUBSCRIBE, with a
/// stream of events.
///
///   HTTP worker ──check──▶ by its type, a call is answered here (version, flags, files …), viewed in a
///   replica (GET_ROLES …) or sent to the master (SET_QUOTA …)
///
/// A new call is a row in one of the tables: `local_calls`, `viewed_calls`, `state_calls`,
/// `master_calls`; those that convert resources are in `operator_conversion.cpp`.
#pragma once

#include "http/common_routes.hpp"
#include "http/file_table.hpp"
#include "http/replica_actor.hpp"
#include "wire/media.hpp"

#include <mesos/v1/master.pb.h>

#include <map>
#include <memory>
#include <set>

namespace troupe::http {

/// What the calls are answered from.
struct operator_parts {
  caf::actor_system& system;
  master_actor master;
  std::shared_ptr<const replica_set> replicas;
  std::shared_ptr<const file_table> files;
  metrics_actor metrics;
  daemon_identity daemon;
};

/// A call on its way to its answer.
struct operator_exchange {
  operator_call_ptr call;
  wire::media accepted = wire::media::json;
  std::string principal;
  responder respond;

  void answer(const mesos::v1::master::Response& response) const;
};

using operator_call_type = mesos::v1::master::Call::Type;

/// Calls that need neither master nor replica.
using local_call = void (*)(const operator_parts&, const operator_exchange&);
const std::map<operator_call_type, local_call>& local_calls();

/// Calls that a replica's model answers; the master leads.
using viewed_call = mesos::v1::master::Response (*)(const state_model&);
const std::map<operator_call_type, viewed_call>& viewed_calls();

/// Calls answered from pages that a replica keeps; the master leads.
const std::map<operator_call_type, mesos::v1::master::Response::Type>& state_calls();

/// Calls that change the master's state.
const std::set<operator_call_type>& master_calls();

/// Reserves, unreserves, creates, destroys or resizes; false when the call is none of those.
bool convert_by_call(const operator_parts& parts, const operator_exchange& exchange);

/// Sends a call to the master. A refusal's text gets `prefix` in front.
void ask_master(const operator_parts& parts, const operator_exchange& exchange,
                const std::string& prefix = "");

/// `/api/v1` with all of the above.
void add_operator_api(router& r, const operator_parts& parts);

/// `/maintenance/…` and `/machine/…`, the older form of its calls about maintenance.
void add_maintenance_routes(router& r, const operator_parts& parts);

/// `/roles`, `/quota` and `/weights`, the older form of some of these calls.
void add_role_routes(router& r, const operator_parts& parts);

} // namespace troupe::http
