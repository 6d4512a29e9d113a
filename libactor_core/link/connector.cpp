#include "link/connector.hpp"

#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <random>

namespace troupe::link {

namespace {

using connector_pointer = connector_actor::stateful_pointer<connector_state>;

/// Waits longer after each failure; jitter keeps a thousand agents from coming back at once.
void retry(connector_pointer self, const std::string& reason) {
  auto& state = self->state;
  if (reason != state.last_problem)
    log_warning("no link to the master", {{"reason", reason}});
  state.last_problem = reason;
  state.wait = std::clamp(state.wait * 2, state.config.first_wait, state.config.longest_wait);
  std::uniform_int_distribution<std::int64_t> jitter(state.wait.count() / 2, state.wait.count());
  std::random_device random;
  self->delayed_send(self, std::chrono::milliseconds(jitter(random)), caf::tick_atom::value);
}

transport_config make_transport(connector_pointer self) {
  transport_config transport;
  transport.secret = self->state.config.secret;
  transport.software = self->state.config.software;
  transport.owner = caf::actor_cast<caf::actor>(self);
  auto me = caf::actor_cast<caf::actor_addr>(self);
  auto ended = [me](const std::string& reason, bool was_open) {
    if (auto strong = caf::actor_cast<connector_actor>(me))
      caf::anon_send(strong, connection_ended{reason, was_open});
  };
  transport.on_refused = [ended](const std::string& reason) { ended(reason, false); };
  auto closed = [ended](const std::string& reason) { ended(reason, true); };
  transport.make_peer = [agent = self->state.agent, closed](caf::actor_system& system,
                                                            open_connection wire) {
    return caf::actor_cast<link_peer_actor>(
        system.spawn(master_side, std::move(wire), agent, closed));
  };
  return transport;
}

/// One try; lives for it, because it blocks. The transport it makes belongs to the connector.
using caller_actor = caf::typed_actor<caf::reacts_to<caf::tick_atom>>;

caller_actor::behavior_type caller(caller_actor::pointer self, endpoint_finder find,
                                   transport_config transport) {
  return {[=](caf::tick_atom) -> caf::result<void> {
    self->quit();
    auto found = find();
    if (!found)
      return std::move(found.error());
    auto broker = self->system().middleman().spawn_client(connected_transport, found->host,
                                                          found->port, transport);
    if (broker)
      return caf::unit;
    return caf::make_error(caf::sec::cannot_connect_to_node,
                           "cannot connect to the master's link at " + found->host + ":" +
                               std::to_string(found->port) + ": " + text_of(broker.error()));
  }};
}

void connect(connector_pointer self) {
  auto worker = self->spawn<caf::detached>(caller, self->state.config.find, make_transport(self));
  self->request(worker, caf::infinite, caf::tick_atom::value)
      .then([] {}, [=](const caf::error& why) { retry(self, text_of(why)); });
}

} // namespace

connector_actor::behavior_type connector(connector_pointer self, connector_config config,
                                         master_link_listener_actor agent) {
  self->state.config = std::move(config);
  self->state.agent = std::move(agent);
  self->send(self, caf::tick_atom::value);
  return {
      [=](const connection_ended& msg) {
        if (msg.was_open) {
          self->state.wait = {};
          self->state.last_problem.clear();
        }
        retry(self, msg.reason);
      },
      [=](caf::tick_atom) { connect(self); },
  };
}

} // namespace troupe::link
