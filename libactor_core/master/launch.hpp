/// ACCEPT: offers become tasks.
#pragma once

#include "master/turn.hpp"

#include <mesos/v1/scheduler.pb.h>

namespace troupe::master {

/// Uses the offers up: launches what is valid, answers the rest by event, gives the remainder back
/// with the call's filter. One wrong offer fails the whole call; otherwise operations are
/// independent.
void accept(turn& t, framework_entry& framework, const mesos::v1::scheduler::Call::Accept& accept);

} // namespace troupe::master
