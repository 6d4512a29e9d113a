/// `posix/cpu` and `posix/mem`: they limit nothing. That they are on makes the containerizer report what
/// the containers' processes use, see containerizer_actor.hpp.
#pragma once

#include "protocol/containerizer.hpp"

namespace troupe::isolators {

isolator_actor::behavior_type posix_isolator(isolator_actor::pointer self);

} // namespace troupe::isolators
