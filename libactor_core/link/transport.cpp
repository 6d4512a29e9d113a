#include "link/transport.hpp"

#include "runtime/errors.hpp"
#include "runtime/logging.hpp"

#include <troupe/link.pb.h>

#include <algorithm>

namespace troupe::link {

namespace {

using caf::io::connection_handle;
using clock_type = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto tick_interval = milliseconds(250);

/// The one pointer type that both typed sides share.
struct transport {
  transport_pointer self;

  transport_state& state() { return self->state; }
  clock_type::time_point now() { return self->clock().now(); }

  void add(connection_handle handle, std::variant<master_handshake, agent_handshake> handshake) {
    make_room();
    auto at = now();
    state().connections.emplace(
        handle,
        transport_connection{std::move(handshake), state().config.terms, {}, true, 0, at, at, at});
    self->ack_writes(handle, true);
    self->configure_read(handle, caf::io::receive_policy::exactly(header_size));
  }

  /// Whoever waits longest without having authenticated makes room for the next.
  void make_room() {
    auto oldest = state().connections.end();
    std::size_t waiting = 0;
    for (auto i = state().connections.begin(); i != state().connections.end(); ++i) {
      if (i->second.peer)
        continue;
      ++waiting;
      if (oldest == state().connections.end() || i->second.opened < oldest->second.opened)
        oldest = i;
    }
    if (waiting >= state().config.max_waiting)
      drop(oldest->first, "too many connections wait in their handshake");
  }

  void write(connection_handle handle, transport_connection& connection, const frame& bytes) {
    connection.unsent += bytes->size();
    if (connection.unsent > state().config.max_unsent_bytes)
      return drop(handle, "the peer does not read: " + std::to_string(connection.unsent) +
                              " bytes wait for it");
    connection.said = now();
    self->write(handle, bytes->size(), bytes->data());
    self->flush(handle);
  }

  void on_data(const caf::io::new_data_msg& data) {
    auto found = state().connections.find(data.handle);
    if (found == state().connections.end())
      return;
    auto& connection = found->second;
    connection.heard = now();
    if (!connection.in_header)
      return on_body(data.handle, connection, data.buf);
    const auto length = frame_length(data.buf.data());
    const auto limit = connection.peer ? connection.terms.max_record_bytes : handshake_limit;
    if (length > limit)
      return drop(data.handle, "a record of " + std::to_string(length) +
                                   " bytes is over the limit of " + std::to_string(limit));
    if (length == 0)
      return drop(data.handle, "an empty record");
    connection.in_header = false;
    self->configure_read(data.handle, caf::io::receive_policy::exactly(length));
  }

  void on_body(connection_handle handle, transport_connection& connection,
               const std::vector<char>& body) {
    connection.in_header = true;
    self->configure_read(handle, caf::io::receive_policy::exactly(header_size));
    if (connection.peer) {
      self->send(connection.peer,
                 frame_arrived{std::make_shared<const std::string>(body.begin(), body.end())});
      return;
    }
    Record record;
    if (!record.ParseFromArray(body.data(), static_cast<int>(body.size())))
      return drop(handle, "a handshake record that cannot be parsed");
    auto step = std::visit([&](auto& side) { return side.on(record); }, connection.handshake);
    if (step.reply)
      write(handle, connection, make_frame(*step.reply));
    if (step.phase == handshake_phase::refused)
      return drop(handle, step.reason);
    if (step.phase == handshake_phase::done && state().connections.count(handle) > 0)
      open(handle, connection);
  }

  void open(connection_handle handle, transport_connection& connection) {
    std::string principal;
    if (auto* side = std::get_if<master_handshake>(&connection.handshake))
      principal = side->principal();
    else
      connection.terms = std::get<agent_handshake>(connection.handshake).terms();
    open_connection opened{self, handle, peer_name(handle), principal, connection.terms};
    connection.peer = state().config.make_peer(self->system(), std::move(opened));
  }

  std::string peer_name(connection_handle handle) {
    return self->remote_addr(handle) + ":" + std::to_string(self->remote_port(handle));
  }

  void drop(connection_handle handle, const std::string& reason) {
    if (state().connections.count(handle) == 0)
      return;
    self->close(handle);
    forget(handle, reason);
  }

  void forget(connection_handle handle, const std::string& reason) {
    auto found = state().connections.find(handle);
    if (found == state().connections.end())
      return;
    auto peer = found->second.peer;
    state().connections.erase(found);
    if (peer)
      self->send(peer, transport_closed{reason});
    else if (state().config.on_refused)
      state().config.on_refused(reason);
    else
      note_refused(reason);
    if (state().port == 0 && state().connections.empty())
      self->quit();
  }

  /// Strangers must not be able to fill the log: one line a tick tells of all of them.
  void note_refused(const std::string& reason) {
    ++state().refused;
    state().refused_reason = reason;
  }

  void log_refused() {
    if (state().refused == 0)
      return;
    log_info("links refused",
             {{"count", state().refused}, {"latest_reason", state().refused_reason}});
    state().refused = 0;
  }

  void on_tick() {
    log_refused();
    std::vector<std::pair<connection_handle, std::string>> ended;
    for (auto& [handle, connection] : state().connections) {
      const auto beat = milliseconds(connection.terms.heartbeat_ms);
      if (!connection.peer) {
        if (now() - connection.opened > milliseconds(state().config.handshake_ms))
          ended.emplace_back(handle, "the handshake took too long");
      } else if (now() - connection.heard > 3 * beat) {
        ended.emplace_back(handle, "silent for three heartbeats");
      } else if (now() - connection.said >= beat) {
        write(handle, connection, state().heartbeat);
      }
    }
    for (auto& [handle, reason] : ended)
      drop(handle, reason);
    self->delayed_send(self, tick_interval, caf::tick_atom::value);
  }
};

transport_actor::behavior_type behavior(transport_pointer self) {
  Record beat;
  beat.mutable_heartbeat();
  self->state.heartbeat = make_frame(beat);
  self->delayed_send(self, tick_interval, caf::tick_atom::value);
  return {
      [=](const caf::io::new_connection_msg& msg) {
        auto& config = self->state.config;
        transport{self}.add(msg.handle, master_handshake{config.secret, config.terms});
      },
      [=](const caf::io::new_data_msg& msg) { transport{self}.on_data(msg); },
      [=](const caf::io::connection_closed_msg& msg) {
        transport{self}.forget(msg.handle, "the connection was closed by the other side");
      },
      [=](const caf::io::data_transferred_msg& msg) {
        auto found = self->state.connections.find(msg.handle);
        if (found != self->state.connections.end())
          found->second.unsent = msg.remaining;
      },
      [=](const write_frame& msg) {
        auto found = self->state.connections.find(msg.connection);
        if (found != self->state.connections.end())
          transport{self}.write(found->first, found->second, msg.bytes);
      },
      [=](const drop_connection& msg) { transport{self}.drop(msg.connection, msg.reason); },
      [=](const get_port&) -> caf::result<std::uint16_t> {
        if (!self->state.bind_error.empty())
          return caf::make_error(caf::sec::cannot_open_port, self->state.bind_error);
        return self->state.port;
      },
      [=](caf::tick_atom) { transport{self}.on_tick(); },
  };
}

} // namespace

transport_actor::behavior_type listening_transport(transport_pointer self, transport_config config,
                                                   std::string ip, std::uint16_t port) {
  self->state.config = std::move(config);
  if (auto doorman = self->add_tcp_doorman(port, ip.c_str(), true))
    self->state.port = doorman->second;
  else
    self->state.bind_error = "cannot listen for agents on " + ip + ":" + std::to_string(port) +
                             ": " + text_of(doorman.error());
  return behavior(self);
}

transport_actor::behavior_type
connected_transport(transport_pointer self, connection_handle connection, transport_config config) {
  self->link_to(config.owner);
  config.owner = nullptr;
  self->state.config = std::move(config);
  agent_handshake handshake{self->state.config.secret, self->state.config.software};
  auto hello = make_frame(*handshake.hello());
  transport side{self};
  side.add(connection, std::move(handshake));
  side.write(connection, self->state.connections.at(connection), hello);
  return behavior(self);
}

} // namespace troupe::link
