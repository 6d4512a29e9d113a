/// A whole cluster and its history: chosen by a seed, troubled for a while, then left in peace until all
/// must be in order.
#pragma once

#include "sim_agent.hpp"
#include "sim_framework.hpp"
#include "sim_master.hpp"

namespace troupe::simulation {

/// What one seed came to.
struct outcome_of_run {
  std::optional<std::string> failure;
  std::uint64_t hash = 0;
  std::vector<std::string> last_lines;
  duration virtual_time{};
  std::size_t offers = 0;
  std::size_t inverse_offers = 0;
  std::size_t updates = 0;
  std::size_t tasks = 0; ///< that ran
  std::size_t faults = 0;
};

class world {
 public:
  /// `print`: the history goes to stdout as it happens.
  world(std::uint64_t seed, bool print);
  ~world();

  outcome_of_run run();

 private:
  void populate();
  // faults.cpp
  void trouble(duration span);
  void next_fault();
  void hit_agent();
  void hit_framework();
  void hit_network();
  void hit_master();
  void restart_agent_later(sim_agent& agent);
  // operators.cpp
  void next_plan();
  maintenance_plan some_plan(double share_of_hosts);
  /// Nothing happens while another plan waits for its answer, or without a master.
  void plan_maintenance(maintenance_plan plan);
  // settlement.cpp
  void calm_down();
  /// Waits until everybody is content; ends the run when that takes too long.
  void settle();
  std::string why_unsettled() const;
  void compare_with_agents();
  void clear_all();
  void probe();

  stage stage_;
  dice dice_;
  checkers checkers_;
  network network_;
  sim_master master_;
  std::vector<std::unique_ptr<sim_agent>> agents_;
  std::vector<std::unique_ptr<sim_framework>> frameworks_;
  duration fault_pause_{}; ///< mean time between faults
  duration peace_{};       ///< when faults end
  std::size_t faults_ = 0;
  duration plan_pause_{}; ///< mean time between plans of maintenance; 0: none
  bool planning_ = false; ///< a plan waits for its answer
};

} // namespace troupe::simulation
