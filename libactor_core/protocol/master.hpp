/// The master: it admits agents, subscribes frameworks, makes offers, turns accepted offers into tasks and
/// carries status updates back.
///
///   http ──subscribe_framework, scheduler_request──▶ master ──endpoint_event──▶ framework endpoint
///   link ──link_opened, link_received, link_closed─▶ master ──to_agent────────▶ agent link
///   allocator ──offers_made────────────────────────▶ master ──add_…, recover_…▶ allocator
///   master ──registry_change──▶ registrar            master ──state_delta─────▶ replicas
#pragma once

#include "protocol/agent_link.hpp"
#include "protocol/allocator.hpp"
#include "protocol/framework.hpp"
#include "protocol/state_delta.hpp"

namespace mesos::v1 {
class Offer_Operation;
}
namespace mesos::v1::master {
class Call;
}

namespace troupe {

using operator_call_ptr = shared<mesos::v1::master::Call>;

/// SUBSCRIBE. The call has passed the edge's checks of form; `stream_id` names the new subscription.
/// Answered 200 when the endpoint will hear SUBSCRIBED or one ERROR; any other status means that no stream
/// may be opened.
struct subscribe_framework {
  scheduler_call_ptr call;
  framework_endpoint_actor endpoint;
  std::string stream_id;
  std::string principal; ///< authenticated principal, empty without authentication
};

/// Any other scheduler call. Answered 202, 200 with a message (RECONCILE_OPERATIONS), or an error status.
struct scheduler_request {
  scheduler_call_ptr call;
  std::string stream_id; ///< header Mesos-Stream-Id; empty when absent
  std::string principal;
};

/// An operator removes a framework: 200, or 400 when it is unknown.
struct teardown_framework {
  framework_id framework;
};

/// An operator reserves, unreserves, or creates, destroys or resizes volumes, out of what no task of the
/// agent uses; offers of it are withdrawn as far as need be. Always answered: 202 when done, 400 when it is
/// not valid, 409 when there is not enough (with what there is).
struct convert_resources {
  agent_id agent;
  shared<mesos::v1::Offer_Operation> operation;
  std::string principal; ///< empty without authentication
};

/// A call of the operator API that changes the master's state, checked in form at the edge. Answered
/// once what it changes is in the registry: 200, or an error status and nothing changed.
struct operator_request {
  operator_call_ptr call;
  std::string principal; ///< authenticated principal, empty without authentication
};

/// Feed this listener from now on: a snapshot at once, then every delta. The master monitors it.
struct attach_replica {
  state_listener_actor replica;
};

using master_actor = caf::typed_actor<caf::replies_to<subscribe_framework>::with<api_answer>,
                                      caf::replies_to<scheduler_request>::with<api_answer>,
                                      caf::replies_to<teardown_framework>::with<api_answer>,
                                      caf::replies_to<convert_resources>::with<api_answer>,
                                      caf::replies_to<operator_request>::with<api_answer>,
                                      caf::reacts_to<attach_replica>, caf::reacts_to<offers_made>,
                                      caf::reacts_to<link_opened>, caf::reacts_to<link_received>,
                                      caf::reacts_to<link_closed>, caf::reacts_to<caf::tick_atom>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::subscribe_framework)
TROUPE_MESSAGE(troupe::scheduler_request)
TROUPE_MESSAGE(troupe::teardown_framework)
TROUPE_MESSAGE(troupe::convert_resources)
TROUPE_MESSAGE(troupe::operator_request)
TROUPE_MESSAGE(troupe::attach_replica)
