/// A reader of the master's delta stream: keeps what it says and ends the run when a delta is missing or
/// speaks of what was never there.
#pragma once

#include "protocol/state_delta.hpp"
#include "sim_master.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::simulation {

state_listener_actor::behavior_type sim_replica(state_listener_actor::pointer self,
                                                const std::shared_ptr<replica_view>& view,
                                                stage* where);

} // namespace troupe::simulation
