/// The network of a cluster: which agent machine has a connection to the master, which is cut off.
/// An agent without a connection keeps trying, as its connector would.
#pragma once

#include "lossy_link.hpp"

#include <optional>

namespace troupe::simulation {

class network {
 public:
  network(stage& where, checkers& judges, dice chance, weather sky)
      : stage_(where)
      , checkers_(judges)
      , dice_(chance)
      , sky_(sky) {}

  void add_host() { hosts_.push_back({}); }

  void master_up(agent_link_listener_actor master);
  /// All its connections end with it.
  void master_down(bool orderly);
  /// An agent process starts on the machine.
  void agent_up(host_number host, master_link_listener_actor agent);
  void agent_down(host_number host, bool orderly);

  /// The machine is cut off for so long.
  void cut(host_number host, duration span);
  /// Its connection breaks, if there is one.
  void sever(host_number host, const std::string& reason);
  /// No losses and doubles from now on; a cut that goes on runs its time.
  void calm_down();
  /// A machine that nothing reaches now, if there is one: cut off, or without a connection. The master may
  /// not have noticed yet.
  std::optional<host_number> unreachable() const;
  const weather& sky() const { return sky_; }

 private:
  struct machine {
    master_link_listener_actor agent; ///< null while no agent runs
    std::shared_ptr<lossy_link> link; ///< as the agent sees it
    troupe::link_id link_id = 0;
    duration cut_until{};
    unsigned life = 0; ///< of agent processes
  };

  void connect_later(host_number host);
  void connect(host_number host);

  stage& stage_;
  checkers& checkers_;
  dice dice_;
  weather sky_;
  agent_link_listener_actor master_; ///< null while there is none
  std::vector<machine> hosts_;
  link_id last_link_ = 0;
  /// All links that the master holds for open.
  std::map<link_id, std::shared_ptr<lossy_link>> links_;
};

} // namespace troupe::simulation
