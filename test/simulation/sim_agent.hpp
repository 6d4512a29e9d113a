/// A machine with an agent on it: the disk and the containers outlive the agent process.
#pragma once

#include "agent/agent_actor.hpp"
#include "agent/memory_checkpointer.hpp"
#include "network.hpp"
#include "sim_containers.hpp"

namespace troupe::simulation {

class sim_agent {
 public:
  sim_agent(stage& where, checkers& judges, network& net, dice chance, host_number number,
            const std::string& total);

  void start();
  bool runs() const { return process_ != nullptr; }
  /// The process ends at once; what was not confirmed to be on disk is lost.
  void crash();
  /// So does the whole machine, with all its containers.
  void reboot();

  /// Null while it does not run.
  agent_actor process() const { return process_; }
  sim_containers& containers() { return *containers_; }
  host_number number() const { return number_; }

 private:
  void stop(bool orderly);
  agent::agent_config config();

  stage& stage_;
  checkers& checkers_;
  network& network_;
  dice dice_;
  host_number number_;
  agent_info_ptr info_;
  std::shared_ptr<agent::memory_medium> disk_ = std::make_shared<agent::memory_medium>();
  std::unique_ptr<sim_containers> containers_;
  unsigned boots_ = 1;
  agent_actor process_;
  caf::actor checkpointer_;
  containerizer_actor port_;
};

} // namespace troupe::simulation
