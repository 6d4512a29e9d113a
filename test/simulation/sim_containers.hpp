/// The containers of one machine, which outlive the agent process: commands that take as long, and
/// end as, their text says.
///
///   agent, executor ──launch, signal, destroy, recover──▶ [port] ─▶ containers ──started, exited──▶ listener
#pragma once

#include "checkers.hpp"
#include "protocol/containerizer.hpp"

#include <deque>
#include <memory>

namespace troupe::simulation {

/// What a simulated command does: `run 12000 0 obeys` takes 12 s, ends with wait status 0 and heeds SIGTERM.
struct behaviour {
  std::chrono::milliseconds run_time{};
  int wait_status = 0;
  bool obeys = true;     ///< ends on SIGTERM
  bool startable = true; ///< else its launch fails
};
std::string to_command(const behaviour& what);
behaviour parse_command(const std::string& command);

class sim_containers {
 public:
  sim_containers(stage& where, checkers& judges, dice chance, host_number host)
      : stage_(where)
      , checkers_(judges)
      , dice_(chance)
      , host_(host) {}
  sim_containers(const sim_containers&) = delete;

  /// The actor through which one life of the agent reaches them.
  containerizer_actor open_port();

  /// The agent process is gone: containers that were launched without checkpoints go with it.
  void agent_gone();
  /// All processes are gone, and the runtime directory is empty.
  void reboot();

  std::size_t count() const { return containers_.size(); }
  std::string list() const;

  void launch(const launch_container& request);
  void signal(const signal_container& request);
  void destroy(const container_id& id);
  containers_recovered recover(const recover_containers& request);

 private:
  enum class phase { launching, running, over };
  struct container {
    container_spec_ptr spec;
    container_listener_actor listener; ///< null while no agent listens
    behaviour does;
    phase state = phase::launching;
    container_exited end; ///< once over, until somebody was told
    unsigned plan = 0;    ///< the newest planned end counts
  };

  task_name task_of(const container& which) const;
  void start(const container_id& id);
  void plan_end(container& which, duration delay, container_end how, std::optional<int> status);
  void end(container& which, container_exited how);
  /// Gone without a word.
  void vanish(const std::function<bool(const container&)>& which);

  stage& stage_;
  checkers& checkers_;
  dice dice_;
  host_number host_;
  std::map<container_id, container> containers_;
  /// Ends that were told, but that the agent may not have written down yet.
  std::deque<std::pair<duration, task_name>> told_;
};

} // namespace troupe::simulation
