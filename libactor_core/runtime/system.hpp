/// How a process of Troupe runs its actors, and how it ends.
///
///   int main() {
///     stop_signals signals;                        // before any thread exists
///     real_clock time;
///     caf::actor_system_config config;
///     configure_system(config, {.network = true});
///     caf::actor_system system{config};
///     auto keeper = system.spawn<caf::hidden>(supervisor, std::cref(time), end_process);
///     auto numbers = supervise(keeper, "metrics", system.spawn(metrics, …));
///     …
///     signals.wait();
///     stop_system(system, keeper);
///   }
#pragma once

#include "runtime/supervisor_actor.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>

namespace troupe {

struct system_options {
  std::size_t workers = 0; ///< 0: one a core, at least two
  bool network = false;    ///< with the middleman, for brokers
};

/// One run queue for all workers (idle ones cost nothing), a fair share of a worker for each actor,
/// and heartbeats if there is a network.
void configure_system(caf::actor_system_config& config, const system_options& options = {});

/// Stops all components in order and waits for it; true if all stopped by themselves. Call from a
/// thread of its own (main), never from an actor. Afterwards the actor system can be destroyed,
/// which does not wait for components that hang.
bool stop_system(caf::actor_system& system, const supervisor_actor& supervisor,
                 std::chrono::nanoseconds patience = std::chrono::seconds{10});

/// SIGTERM and SIGINT as something to wait for. Make one at the start of main: threads inherit that
/// these signals are blocked, and SIGPIPE is ignored from then on. Child processes inherit it too:
/// call `restore_child_signals` between fork and exec.
class stop_signals {
 public:
  /// `more` are waited for, too, such as SIGUSR1.
  explicit stop_signals(std::initializer_list<int> more = {});
  /// Puts everything back as it was.
  ~stop_signals();

  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  /// Blocks until one arrives; its number.
  int wait();
  /// The same with a limit; 0 when it is over.
  int wait_for(std::chrono::nanoseconds limit);

 private:
  struct saved;
  std::unique_ptr<saved> saved_;
};

/// Unblocks all signals and lets SIGPIPE end the process again. Async-signal-safe.
void restore_child_signals() noexcept;

} // namespace troupe
