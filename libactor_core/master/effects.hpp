/// What the core wants done: the only way it acts on the world. The shell carries the list out in
/// order.
#pragma once

#include "protocol/agent_link.hpp"
#include "protocol/allocator.hpp"
#include "protocol/framework.hpp"
#include "protocol/registrar.hpp"
#include "protocol/state_delta.hpp"
#include "runtime/logging.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace troupe::master {

/// Numbers a framework's stream within one master process; never reused, 0 is none.
using endpoint_id = std::uint64_t;
/// Numbers a change of the registry until it is stored.
using store_id = std::uint64_t;
/// Numbers a request that is answered later.
using request_id = std::uint64_t;

/// Everything the allocator is told after its start.
using allocator_message =
    std::variant<add_framework, update_framework, remove_framework, activate_framework,
                 deactivate_framework, add_agent, update_agent, remove_agent, activate_agent,
                 deactivate_agent, recover_together, suppress_offers, revive_offers,
                 convert_allocation, await_agents, set_quota, set_weights, plan_absence,
                 end_inverse_offer>;

namespace effect {

struct send_event {
  endpoint_id endpoint = 0;
  scheduler_event_ptr event;
};
struct close_endpoint {
  endpoint_id endpoint = 0;
  std::string reason;
};
struct send_agent {
  link_id link = 0;
  to_agent_ptr record;
};
struct close_link {
  link_id link = 0;
  std::string reason;
};
struct tell_allocator {
  allocator_message message;
};
/// Ask this of the allocator; its answer is told with `conversion_answered(id, refused)`.
struct ask_allocator {
  request_id id = 0;
  convert_available question;
};
/// Store this; once it is, the core is told with `registry_stored(id)`.
struct store {
  store_id id = 0;
  registry_operation operation;
};
/// A request that was not answered at once.
struct answer {
  request_id request = 0;
  api_answer outcome;
};
/// Part of this turn's delta.
struct change_state {
  state_change change;
};
struct log {
  log_level level = log_level::info;
  std::string line;
};
/// The master can't go on: the process must end.
struct give_up {
  std::string reason;
};

} // namespace effect

using any_effect =
    std::variant<effect::send_event, effect::close_endpoint, effect::send_agent, effect::close_link,
                 effect::tell_allocator, effect::ask_allocator, effect::store, effect::answer,
                 effect::change_state, effect::log, effect::give_up>;
using effects = std::vector<any_effect>;

} // namespace troupe::master
