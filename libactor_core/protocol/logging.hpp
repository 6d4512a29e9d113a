/// Raises the verbosity of the process log for a while: what `/logging/toggle` asks for.
///
///   gateway ──raise_verbosity──▶ verbosity ──(time is over)──▶ level as configured
#pragma once

#include "protocol/base.hpp"

#include <chrono>
#include <cstdint>

namespace troupe {

/// Log details until `duration` from now; a later request replaces an earlier one, and a duration
/// of zero ends it.
struct raise_verbosity {
  std::chrono::nanoseconds duration{0};
};

/// The verbosity has been changed.
struct verbosity_raised {};

/// Its own timer.
struct end_verbosity {
  std::uint64_t epoch = 0;
};

using verbosity_actor = caf::typed_actor<caf::replies_to<raise_verbosity>::with<verbosity_raised>,
                                         caf::reacts_to<end_verbosity>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::raise_verbosity)
TROUPE_MESSAGE(troupe::verbosity_raised)
TROUPE_MESSAGE(troupe::end_verbosity)
