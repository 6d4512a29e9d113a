/// An actor system on one thread and virtual time: actors run when told to, hours pass in
/// milliseconds, and the same inputs give the same history. For tests and simulation.
#pragma once

#include "runtime/clock.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <cstddef>

namespace troupe {

/// Detached and blocking actors still run on threads of their own: do not spawn them here. Before
/// destruction every actor must have ended or lost its last handle; tell them to exit and `run()`.
class deterministic_system {
 public:
  deterministic_system();
  /// Runs what is still to do, then waits for all actors to end.
  ~deterministic_system();

  caf::actor_system& actors() { return system_; }
  virtual_clock& time() { return time_; }
  caf::scheduler::test_coordinator& scheduler() { return scheduler_; }

  /// Delivers messages until no actor has any; how many it were.
  std::size_t run();

  /// Lets `span` pass, stopping at each timer on the way: delayed messages and request time-outs
  /// fire at their moment, and what they cause happens before time goes on.
  void advance(std::chrono::nanoseconds span);

 private:
  void step(std::chrono::nanoseconds span);

  virtual_clock time_;
  caf::actor_system_config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
};

} // namespace troupe
