/// A checkpointer without a disk, for simulation and tests: the medium outlives the actor, and a
/// crash loses what was not confirmed.
#pragma once

#include "protocol/checkpoint.hpp"
#include "runtime/clock.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace troupe::agent {

/// The simulated disk of one agent. Owned by the simulation, used by one actor at a time, on one
/// thread.
class memory_medium {
 public:
  /// Volumes hold nothing here.
  using operation =
      std::variant<write_checkpoint, append_checkpoint, remove_checkpoint, change_volumes>;

  /// Done, but lost by a crash until `sync`.
  void add(operation x) { unconfirmed_.push_back(std::move(x)); }
  /// The oldest unconfirmed operation reaches the medium.
  void sync();
  /// What was not confirmed is gone; of the first append among it, `torn` bytes arrived all the
  /// same.
  void crash(std::size_t torn = 0);

  checkpoint_files files() const;
  std::size_t unconfirmed() const { return unconfirmed_.size(); }
  /// Every later operation fails with this reason ("No space left on device"); empty: works again.
  void break_with(std::string reason) { broken_ = std::move(reason); }
  const std::string& broken() const { return broken_; }

 private:
  void apply(const operation& x);

  std::map<std::string, std::string> files_;
  std::deque<operation> unconfirmed_;
  std::string broken_;
};

/// `checkpointer_actor` plus the end of a write.
using memory_checkpointer_actor = checkpointer_actor::extend<caf::reacts_to<caf::tick_atom>>;

struct memory_checkpointer_state {
  const char* name = "memory_checkpointer";
  std::deque<caf::typed_response_promise<checkpoint_done>> waiting;
};

/// Confirms each operation `latency` after it came, in order.
memory_checkpointer_actor::behavior_type
memory_checkpointer(memory_checkpointer_actor::stateful_pointer<memory_checkpointer_state> self,
                    const std::shared_ptr<memory_medium>& medium, std::chrono::nanoseconds latency);

} // namespace troupe::agent
