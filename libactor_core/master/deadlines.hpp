/// The core's timers: named, replaceable, popped in a fixed order.
#pragma once

#include "runtime/clock.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace troupe::master {

/// What a deadline is about; its id is that of the agent, framework or offer.
enum class timer : std::uint8_t {
  agent_ping,           ///< send the next ping, count a missing answer
  agent_return,         ///< a disconnected agent must be back
  framework_failover,   ///< a disconnected framework must be back
  offer_expiry,         ///< an unanswered offer is withdrawn
  inverse_offer_expiry, ///< an unanswered inverse offer is withdrawn
  recovery_end,         ///< agents of the registry must have come back
};

/// At most one deadline per kind and id. Those due at the same time pop by kind, then id.
class deadlines {
 public:
  struct due {
    timer kind;
    std::string id;
  };

  /// Sets or moves the deadline.
  void arm(timer kind, const std::string& id, steady_time when);
  void disarm(timer kind, const std::string& id);
  /// Takes out the earliest deadline that is not after `now`.
  std::optional<due> pop(steady_time now);
  /// The earliest deadline.
  std::optional<steady_time> next() const;

 private:
  using key = std::pair<timer, std::string>;

  std::map<key, steady_time> armed_;
  std::set<std::pair<steady_time, key>> queue_;
};

} // namespace troupe::master
