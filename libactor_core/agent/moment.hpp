/// The time of an event: the core reads no clock, the shell tells it.
#pragma once

#include "runtime/clock.hpp"

namespace troupe::agent {

struct moment {
  steady_time steady{}; ///< deadlines
  wall_time wall{};     ///< timestamps of statuses
};

inline moment now(const clock& clock) {
  return {clock.steady(), clock.now()};
}

} // namespace troupe::agent
