#include "lossy_link.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::simulation {

namespace {

using namespace std::chrono_literals;

lossy_link::side other(lossy_link::side x) {
  return x == lossy_link::at_master ? lossy_link::at_agent : lossy_link::at_master;
}

struct port_hooks {
  std::function<void(to_agent_ptr)> to_agent;
  std::function<void(to_master_ptr)> to_master;
  std::function<void(const caf::actor_addr&, const std::string&)> close;
};

link_port_actor::behavior_type link_port(link_port_actor::pointer self, const port_hooks& hooks) {
  return {
      [hooks](const to_agent_ptr& record) { hooks.to_agent(record); },
      [self, hooks](const link_close& x) {
        hooks.close(caf::actor_cast<caf::actor_addr>(self->current_sender()), x.reason);
      },
      [hooks](const to_master_ptr& record) { hooks.to_master(record); },
  };
}

} // namespace

lossy_link::lossy_link(stage& where, checkers& judges, const weather& sky, dice chance,
                       link_ends ends, std::function<void(side)> closed)
    : stage_(where)
    , checkers_(judges)
    , sky_(sky)
    , dice_(chance)
    , ends_(std::move(ends))
    , closed_(std::move(closed))
    , agent_address_(ends_.agent.address()) {}

std::string lossy_link::name() const {
  return "link " + std::to_string(ends_.id) + " host " + std::to_string(ends_.host);
}

void lossy_link::open() {
  const auto weak = weak_from_this();
  port_hooks hooks{
      [weak](to_agent_ptr record) {
        if (auto link = weak.lock())
          link->send(at_master, std::move(record));
      },
      [weak](to_master_ptr record) {
        if (auto link = weak.lock())
          link->send(at_agent, std::move(record));
      },
      [weak](const caf::actor_addr& who, const std::string& reason) {
        if (auto link = weak.lock())
          link->close_request(who == link->agent_address_ ? at_agent : at_master, reason);
      },
  };
  port_ = stage_.actors().spawn(link_port, hooks);
  stage_.note(name(), "up");
  caf::anon_send(ends_.master, link_opened{ends_.id, port_, "10.0.0.9:1", ""});
  caf::anon_send(ends_.agent, master_link_up{port_});
}

void lossy_link::block(duration until) {
  blocked_until_ = std::max(blocked_until_, until);
}

void lossy_link::send(side from, message what) {
  if (!open_[from])
    return;
  if (from == at_master) {
    const auto& record = *std::get<to_agent_ptr>(what);
    if (const auto text = describe(record); !text.empty())
      stage_.note(name() + " sends", text);
    checkers_.sent_to_agent(ends_.host, record);
  }
  if (broken_)
    return;
  if (dice_.chance(sky_.loss)) {
    if (sky_.datagrams)
      stage_.note(name(), "loses a record");
    else
      sever("a record was lost");
    return;
  }
  depart(other(from), what);
  if (dice_.chance(sky_.duplication))
    depart(other(from), what);
}

void lossy_link::depart(side to, const message& what) {
  auto& flow = flows_[to];
  const auto delay = dice_.between(sky_.shortest_delay, sky_.longest_delay);
  flow.last_arrival = std::max(flow.last_arrival, stage_.now() + delay);
  flow.in_flight.push_back(what);
  stage_.plan(flow.last_arrival - stage_.now(), [weak = weak_from_this(), to, epoch = flow.epoch] {
    if (auto link = weak.lock(); link && link->flows_[to].epoch == epoch)
      link->arrive(to);
  });
}

void lossy_link::arrive(side to) {
  auto& flow = flows_[to];
  if (flow.in_flight.empty())
    return;
  if (blocked_until_ > stage_.now()) {
    // Each planned arrival takes the front of the queue, so the order stays.
    flow.last_arrival = std::max(flow.last_arrival, blocked_until_);
    stage_.plan(blocked_until_ - stage_.now(), [weak = weak_from_this(), to, epoch = flow.epoch] {
      if (auto link = weak.lock(); link && link->flows_[to].epoch == epoch)
        link->arrive(to);
    });
    return;
  }
  const auto what = std::move(flow.in_flight.front());
  flow.in_flight.pop_front();
  if (open_[to])
    deliver(to, what);
}

void lossy_link::deliver(side to, const message& what) {
  if (to == at_agent) {
    caf::anon_send(ends_.agent, master_link_received{std::get<to_agent_ptr>(what)});
    return;
  }
  const auto& record = std::get<to_master_ptr>(what);
  if (const auto text = describe(*record); !text.empty())
    stage_.note(name() + " brings", text);
  checkers_.arrived_at_master(ends_.host, *record);
  caf::anon_send(ends_.master, link_received{ends_.id, record});
}

void lossy_link::close_request(side by, const std::string& reason) {
  if (!open_[by])
    return;
  notify(by, "closed here: " + reason);
  lose(by, true);
}

void lossy_link::sever(const std::string& reason) {
  if (std::exchange(broken_, true))
    return;
  stage_.note(name(), "breaks: " + reason);
  for (const auto which : {at_master, at_agent}) {
    drop_in_flight(which);
    const auto delay =
        dice_.chance(0.6) ? dice_.between(duration{0}, 100ms) : dice_.between(duration{0}, 20s);
    stage_.plan(delay, [weak = weak_from_this(), which, reason] {
      if (auto link = weak.lock())
        link->notify(which, reason);
    });
  }
}

void lossy_link::lose(side which, bool orderly) {
  open_[which] = false;
  drop_in_flight(which);
  closed_(which);
  const auto rest = other(which);
  auto delay = std::max({flows_[rest].last_arrival, blocked_until_, stage_.now()}) - stage_.now();
  if (!orderly) {
    drop_in_flight(rest);
    delay = dice_.between(duration{0}, 40s);
  }
  stage_.plan(delay, [weak = weak_from_this(), rest] {
    if (auto link = weak.lock())
      link->notify(rest, "closed by the other side");
  });
}

void lossy_link::notify(side which, const std::string& reason) {
  if (!open_[which])
    return;
  open_[which] = false;
  stage_.note(name(), std::string(which == at_agent ? "agent" : "master") + " hears of its end");
  if (which == at_agent)
    caf::anon_send(ends_.agent, master_link_down{reason});
  else
    caf::anon_send(ends_.master, link_closed{ends_.id, reason});
  closed_(which);
}

void lossy_link::drop_in_flight(side to) {
  flows_[to].in_flight.clear();
  ++flows_[to].epoch;
}

} // namespace troupe::simulation
