#include "link/server.hpp"

#include <caf/all.hpp>
#include <memory>

namespace troupe::link {

namespace {

bool is_loopback(const std::string& ip) {
  return ip.rfind("127.", 0) == 0 || ip == "::1" || ip == "localhost";
}

} // namespace

caf::expected<server> listen(caf::actor_system& system, server_config config,
                             agent_link_listener_actor master, bool open) {
  if (config.secret.secret.empty() && !open && !is_loopback(config.ip))
    return caf::make_error(caf::sec::invalid_argument,
                           "cannot open the agent link on " + config.ip +
                               " without a secret: give --link_secret, or --link_open to let"
                               " every host in");
  transport_config transport;
  transport.secret = std::move(config.secret);
  transport.terms = config.terms;
  transport.max_waiting = config.max_waiting;
  transport.handshake_ms = config.handshake_ms;
  auto next_id = std::make_shared<link_id>(0); // only the broker's thread counts
  transport.make_peer = [master, next_id](caf::actor_system& sys, open_connection wire) {
    return caf::actor_cast<link_peer_actor>(
        sys.spawn(agent_side, std::move(wire), master, ++*next_id));
  };
  auto broker = system.middleman().spawn_broker(listening_transport, std::move(transport),
                                                config.ip, config.port);
  caf::scoped_actor self{system};
  caf::expected<server> result = server{broker, 0};
  self->request(broker, caf::infinite, get_port{})
      .receive([&](std::uint16_t port) { result->port = port; },
               [&](caf::error& error) {
                 self->send_exit(broker, caf::exit_reason::user_shutdown);
                 result = std::move(error);
               });
  return result;
}

} // namespace troupe::link
