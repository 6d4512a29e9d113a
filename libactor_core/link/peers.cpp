#include "link/peers.hpp"

#include "runtime/errors.hpp"
#include "runtime/logging.hpp"
#include "wire/arena_message.hpp"

#include <caf/all.hpp>
#include <troupe/link.pb.h>

namespace troupe::link {

namespace {

/// Shares one of the two payloads of a record without copying it.
template <class Part>
std::shared_ptr<const Part> part_of(const std::shared_ptr<Record>& record, const Part& part) {
  return {record, &part};
}

template <class Self>
void drop(Self self, const std::string& reason) {
  self->send(self->state.wire.transport, drop_connection{self->state.wire.connection, reason});
}

template <class Self>
void write(Self self, const frame& bytes) {
  self->send(self->state.wire.transport, write_frame{self->state.wire.connection, bytes});
}

/// A transport that is ended says no last word: its end is that of the link.
template <class Self, class Closed>
void end_with_transport(Self self, Closed closed) {
  self->set_down_handler([closed](caf::down_msg&) { closed("the transport has ended"); });
  self->monitor(self->state.wire.transport);
}

using agent_side_pointer = agent_side_actor::stateful_pointer<agent_side_state>;
using master_side_pointer = master_side_actor::stateful_pointer<master_side_state>;

void grant_credit(agent_side_pointer self) {
  auto& state = self->state;
  if (++state.handled < std::max(1u, state.wire.terms.credit / 4))
    return;
  Record record;
  record.mutable_credit()->set_records(state.handled);
  state.credit_left += state.handled;
  state.handled = 0;
  write(self, make_frame(record));
}

void on_frame(agent_side_pointer self, const frame& bytes) {
  auto& state = self->state;
  auto record = wire::make_arena_message<Record>();
  if (!record->ParseFromString(*bytes))
    return drop(self, "a record that cannot be parsed");
  if (record->has_heartbeat() || record->kind_case() == Record::KIND_NOT_SET)
    return;
  if (!record->has_to_master())
    return drop(self, "a record that only a master may send");
  if (state.credit_left == 0)
    return drop(self, "a record beyond the granted credit");
  --state.credit_left;
  self->request(state.master, caf::infinite,
                link_received{state.id, part_of(record, record->to_master())})
      .then([self] { grant_credit(self); },
            [self](const caf::error& error) {
              drop(self, "the master cannot take records: " + text_of(error));
            });
}

void flush(master_side_pointer self) {
  auto& state = self->state;
  while (state.credit > 0 && !state.waiting.empty()) {
    --state.credit;
    write(self, state.waiting.front());
    state.waiting.pop_front();
  }
}

void on_frame(master_side_pointer self, const frame& bytes) {
  auto record = wire::make_arena_message<Record>();
  if (!record->ParseFromString(*bytes))
    return drop(self, "a record that cannot be parsed");
  if (record->has_credit()) {
    self->state.credit += record->credit().records();
    return flush(self);
  }
  if (record->has_to_agent())
    self->send(self->state.agent, master_link_received{part_of(record, record->to_agent())});
}

void send_to_master(master_side_pointer self, const to_master_ptr& message) {
  if (self->state.waiting.size() >= master_side_state::max_waiting_records)
    return drop(self, "the master takes no records: " + std::to_string(self->state.waiting.size()) +
                          " wait");
  Record record;
  *record.mutable_to_master() = *message;
  self->state.waiting.push_back(make_frame(record));
  flush(self);
}

} // namespace

agent_side_actor::behavior_type agent_side(agent_side_pointer self, open_connection wire,
                                           agent_link_listener_actor master, link_id id) {
  self->state.wire = std::move(wire);
  self->state.master = std::move(master);
  self->state.id = id;
  self->state.credit_left = self->state.wire.terms.credit;
  self->send(self->state.master, link_opened{id, caf::actor_cast<agent_link_actor>(self),
                                             self->state.wire.peer, self->state.wire.principal});
  auto closed = [self](const std::string& reason) {
    self->send(self->state.master, link_closed{self->state.id, reason});
    self->quit();
  };
  end_with_transport(self, closed);
  return {
      [=](const to_agent_ptr& message) {
        Record record;
        *record.mutable_to_agent() = *message;
        write(self, make_frame(record));
      },
      [=](const link_close& msg) { drop(self, msg.reason); },
      [=](const frame_arrived& msg) { on_frame(self, msg.bytes); },
      [=](const transport_closed& msg) { closed(msg.reason); },
  };
}

master_side_actor::behavior_type master_side(master_side_pointer self, open_connection wire,
                                             master_link_listener_actor agent,
                                             std::function<void(const std::string&)> on_closed) {
  self->state.wire = std::move(wire);
  self->state.agent = std::move(agent);
  self->state.on_closed = std::move(on_closed);
  self->state.credit = self->state.wire.terms.credit;
  log_info("link to the master is open", {{"master", self->state.wire.peer}});
  self->send(self->state.agent, master_link_up{caf::actor_cast<master_link_actor>(self)});
  auto closed = [self](const std::string& reason) {
    self->send(self->state.agent, master_link_down{reason});
    self->state.on_closed(reason);
    self->quit();
  };
  end_with_transport(self, closed);
  return {
      [=](const to_master_ptr& message) { send_to_master(self, message); },
      [=](const link_close& msg) { drop(self, msg.reason); },
      [=](const frame_arrived& msg) { on_frame(self, msg.bytes); },
      [=](const transport_closed& msg) { closed(msg.reason); },
  };
}

} // namespace troupe::link
