#include "isolators/posix_isolator.hpp"

#include <caf/all.hpp>

namespace troupe::isolators {

isolator_actor::behavior_type posix_isolator(isolator_actor::pointer) {
  return {
      [](const prepare_isolation&) { return isolation{}; },
      [](const isolate_process&) { return isolation_done{}; },
      [](const update_isolation&) { return isolation_done{}; },
      [](const cleanup_isolation&) { return isolation_done{}; },
  };
}

} // namespace troupe::isolators
