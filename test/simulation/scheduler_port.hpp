/// Where a simulated framework meets the master: the endpoint of one stream, which also carries its calls.
#pragma once

#include "protocol/master.hpp"

#include <functional>

namespace troupe::simulation {

/// Subscribe with this call over this stream.
struct port_subscribe {
  master_actor master;
  subscribe_framework request;
};

/// Any other call.
struct port_call {
  master_actor master;
  scheduler_request request;
};

struct port_hooks {
  std::function<void(const scheduler_event_ptr&)> on_event;
  std::function<void(const std::string&)> on_close;
  std::function<void(const api_answer&)> on_subscribe_answer;
  std::function<void(const scheduler_call_ptr&, const api_answer&)> on_answer;
};

using scheduler_port_actor =
    framework_endpoint_actor::extend<caf::reacts_to<port_subscribe>, caf::reacts_to<port_call>>;

scheduler_port_actor::behavior_type scheduler_port(scheduler_port_actor::pointer self,
                                                   const port_hooks& hooks);

} // namespace troupe::simulation

TROUPE_MESSAGE(troupe::simulation::port_subscribe)
TROUPE_MESSAGE(troupe::simulation::port_call)
