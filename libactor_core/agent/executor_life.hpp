/// The life of an executor on an agent.
///
///   registering ──subscribed──▶ running ──shut_down──▶ terminating ──exited──▶ terminated
///        └────────────shut_down────────────────────────▲   │
///        └──────────────────exited─────────────────────────┴──────────────────▲
///
/// A recovered executor starts in `registering` again; a terminated one stays in the books until
/// its last update is acknowledged.
#pragma once

namespace troupe::agent {

enum class executor_phase { registering, running, terminating, terminated };
enum class executor_step { subscribed, shut_down, exited };

constexpr executor_phase next(executor_phase phase, executor_step step) {
  using enum executor_phase;
  switch (step) {
  case executor_step::subscribed:
    return phase == registering ? running : phase;
  case executor_step::shut_down:
    return phase == terminated ? terminated : terminating;
  case executor_step::exited:
    return terminated;
  }
  return phase;
}

} // namespace troupe::agent
