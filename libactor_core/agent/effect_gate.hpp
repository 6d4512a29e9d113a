/// The order between disk and world: what follows a file operation waits for its confirmation.
#pragma once

#include "agent/effects.hpp"

#include <cstdint>
#include <deque>
#include <utility>

namespace troupe::agent {

/// A queue of effects. File operations pass at once, in order; every other effect passes after all
/// file operations that were pushed before it are confirmed, and after all other effects pushed
/// before it; urgent messages to the master pass at once.
class effect_gate {
 public:
  /// Adds effects; returns those that may be carried out now, in order.
  effects push(effects batch);

  /// The oldest file operation that was not confirmed is now durable; returns what may pass now.
  effects confirmed();

  /// File operations that are under way.
  std::uint64_t outstanding() const { return pushed_ - confirmed_; }

 private:
  void release(effects& out);

  struct waiting {
    std::uint64_t after; ///< passes when so many file operations are confirmed
    any_effect effect;
  };
  std::deque<waiting> queue_;
  std::uint64_t pushed_ = 0;
  std::uint64_t confirmed_ = 0;
};

} // namespace troupe::agent
