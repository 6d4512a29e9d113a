/// The machine of the master: the store outlives the processes of the master.
#pragma once

#include "network.hpp"
#include "protocol/master.hpp"
#include "protocol/storage.hpp"

#include <set>

namespace troupe::simulation {

/// What the master's delta stream says, checked for gaps.
struct replica_view {
  std::map<std::string, agent_view> agents; ///< by id
  std::set<std::string> recovered_agents;
  std::set<std::string> frameworks;
  std::map<task_name, packed_task_ptr> tasks;
  std::set<std::string> offers;
  std::set<std::string> inverse_offers;
  std::uint64_t number = 0;
};

class sim_master {
 public:
  sim_master(stage& where, checkers& judges, network& net, dice chance);

  void start();
  bool runs() const { return process_ != nullptr; }
  void crash();

  /// Null while it does not run.
  const master_actor& process() const { return process_; }
  const replica_view& view() const { return *view_; }
  /// Called after every crash.
  void on_crash(std::function<void()> action) { crashed_ = std::move(action); }
  /// Offers are withdrawn after so long.
  void set_offer_timeout(std::optional<duration> timeout) { offer_timeout_ = timeout; }
  /// The end of the run.
  void stop();

 private:
  stage& stage_;
  checkers& checkers_;
  network& network_;
  dice dice_;
  store_actor store_;
  std::optional<duration> offer_timeout_;
  unsigned lives_ = 0;
  master_actor process_;
  std::vector<caf::actor> others_; ///< that live and die with it
  std::shared_ptr<replica_view> view_ = std::make_shared<replica_view>();
  std::function<void()> crashed_;
};

} // namespace troupe::simulation
