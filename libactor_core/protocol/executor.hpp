/// An executor's side of its subscription, as the agent sees it. Custom executors speak HTTP and have an
/// endpoint of `http/`; the built-in command executor is an actor of the agent and its own endpoint.
#pragma once

#include "protocol/framework.hpp"

namespace troupe {

/// The next event of the executor's stream, in order.
struct executor_event {
  executor_event_ptr event;
};

using executor_endpoint_actor =
    caf::typed_actor<caf::reacts_to<executor_event>, caf::reacts_to<endpoint_close>>;

/// SUBSCRIBE of an executor. 200: the endpoint will hear SUBSCRIBED; else no stream may be opened.
struct subscribe_executor {
  executor_call_ptr call;
  executor_endpoint_actor endpoint;
};

/// UPDATE or MESSAGE of an executor: 202 or an error status.
struct executor_request {
  executor_call_ptr call;
};

} // namespace troupe

TROUPE_MESSAGE(troupe::executor_event)
TROUPE_MESSAGE(troupe::subscribe_executor)
TROUPE_MESSAGE(troupe::executor_request)
