/// Reads what containers use; see `measure_usage`.
#pragma once

#include "isolators/container_protocol.hpp"

namespace troupe::isolators {

/// Spawn detached: one pass over /proc takes milliseconds.
usage_actor::behavior_type usage_meter(usage_actor::pointer self);

} // namespace troupe::isolators
