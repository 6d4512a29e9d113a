/// One connection between a master and an agent, as bad as the weather makes it.
///
///   master ──to_agent──▶ [port] ~~~ in flight ~~~▶ agent      records keep their order and arrive late,
///   master ◀~~~ in flight ~~~ [port] ◀──to_master── agent     some twice; each side hears of the end once
///
/// On a stream a lost record ends the connection, as with TCP; as datagrams it is just missing.
#pragma once

#include "checkers.hpp"
#include "protocol/agent_link.hpp"

#include <deque>
#include <memory>

namespace troupe::simulation {

struct weather {
  bool datagrams = false;
  double loss = 0;        ///< of each record
  double duplication = 0; ///< of each record
  duration shortest_delay{};
  duration longest_delay{};
  /// A connection over which nothing gets through for so long is ended by its ends; none: they do
  /// not notice, and only the pings of the master do.
  std::optional<duration> silence_limit;
};

/// What both ends of the connection are attached to.
struct link_ends {
  link_id id = 0;
  host_number host = 0;
  agent_link_listener_actor master;
  master_link_listener_actor agent;
};

/// Everything that a port takes.
using link_port_actor = agent_link_actor::extend<caf::reacts_to<to_master_ptr>>;

class lossy_link : public std::enable_shared_from_this<lossy_link> {
 public:
  enum side { at_master, at_agent };

  /// `closed` is called for each side once that side knows; the link is finished after both.
  /// `weather` may change while the link lives.
  lossy_link(stage& where, checkers& judges, const weather& sky, dice chance, link_ends ends,
             std::function<void(side)> closed);

  /// Tells both ends that the link is up.
  void open();
  /// Nothing gets through until then; what is in flight waits.
  void block(duration until);
  /// The connection breaks: what is in flight is lost, each side learns of it some time later.
  void sever(const std::string& reason);
  /// The process at one side is gone, orderly (its last records still arrive) or with its machine.
  void lose(side which, bool orderly);

 private:
  using message = std::variant<to_agent_ptr, to_master_ptr>;

  struct flow {
    std::deque<message> in_flight;
    duration last_arrival{};
    unsigned epoch = 0; ///< arrivals planned before a break do not count
  };

  void send(side from, message what);
  void depart(side to, const message& what);
  void arrive(side to);
  void deliver(side to, const message& what);
  void close_request(side by, const std::string& reason);
  /// The side learns that the link has ended.
  void notify(side which, const std::string& reason);
  void drop_in_flight(side to);
  std::string name() const;

  stage& stage_;
  checkers& checkers_;
  const weather& sky_;
  dice dice_;
  link_ends ends_;
  std::function<void(side)> closed_;
  link_port_actor port_;
  caf::actor_addr agent_address_;
  bool open_[2] = {true, true};
  bool broken_ = false;
  duration blocked_until_{};
  flow flows_[2]; ///< by the side they lead to
};

/// The word for a record in the history; empty for pings and pongs, which are too many.
std::string describe(const link::ToAgent& record);
std::string describe(const link::ToMaster& record);

} // namespace troupe::simulation
