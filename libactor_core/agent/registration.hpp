/// How an agent comes to be registered and notices that it no longer is.
///
///                 link_up                 registered
///   disconnected ────────▶ registering ─────────────▶ registered
///        ▲                  │  ▲  ▲ retry: [0, 1 s·2ⁿ], at most 1 min    │
///        └─── link_down ────┘  └──┴── ping(connected = false) ◀──────────┤
///        └─── link_down ──────────────────────────────────────────────────┤
///        └─── no ping for the agreed time: end the link ◀─────────────────┘
#pragma once

#include "agent/moment.hpp"
#include "agent/random_source.hpp"

#include <optional>

namespace troupe::agent {

enum class registration_phase { disconnected, registering, registered };
enum class registration_step { link_up, link_down, accepted, disowned, silence };

/// The drawing above as a function; steps that do not fit leave the phase as it is.
constexpr registration_phase next(registration_phase phase, registration_step step) {
  using enum registration_phase;
  switch (step) {
  case registration_step::link_up:
    return registering;
  case registration_step::link_down:
  case registration_step::silence:
    return disconnected;
  case registration_step::accepted:
    return phase == disconnected ? disconnected : registered;
  case registration_step::disowned:
    return phase == registered ? registering : phase;
  }
  return phase;
}

/// Pure; all it wants is answered by `due`.
class registration {
 public:
  /// The first try comes after a random time in [0, backoff].
  registration(std::chrono::nanoseconds backoff, random_source& random)
      : backoff_(backoff)
      , random_(&random) {}

  registration_phase phase() const { return phase_; }
  bool registered() const { return phase_ == registration_phase::registered; }

  void link_up(steady_time now);
  void link_down();
  /// The master's answer. `ping_timeout`: no ping for so long means that the master has given up.
  void accepted(std::chrono::nanoseconds ping_timeout, steady_time now);
  /// Returns true when the agent has to register again at once.
  bool pinged(bool connected, steady_time now);

  enum class action { none, send, end_link };
  /// What has to happen now; `send` repeats until `accepted`.
  action due(steady_time now);
  std::optional<steady_time> next_due() const { return due_; }

 private:
  registration_phase phase_ = registration_phase::disconnected;
  std::chrono::nanoseconds backoff_;
  random_source* random_;
  std::chrono::nanoseconds window_{};
  std::chrono::nanoseconds ping_timeout_{};
  std::optional<steady_time> due_; ///< next try, or when silence is too long
};

} // namespace troupe::agent
