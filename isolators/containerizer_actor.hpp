/// The containerizer: see protocol/containerizer.hpp for its conversation. It knows which containers there
/// are and leaves each to its own actor.
#pragma once

#include "isolators/container_actor.hpp"
#include "isolators/usage_meter.hpp"
#include "isolators/usage_report.hpp"
#include "runtime/clock.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace troupe::isolators {

struct containerizer_neighbours {
  shared<container_neighbours> containers;
  usage_actor usage;
  usage_fields fields;
};

/// With what its own containers tell it.
using containerizer_handle = containerizer_actor::extend_with<container_owner_actor>;

struct containerizer_state {
  static inline const char* name = "containerizer";

  struct entry {
    container_actor actor;
    pid_t pid = 0; ///< once it runs
    resources limits;
    bool has_executor = true;
  };
  std::map<container_id, entry> containers;
  std::set<container_id> orphans; ///< being destroyed, after a recovery
  containers_recovered recovery;
  caf::typed_response_promise<containers_recovered> recovery_answer;

  bool measuring = false; ///< a pass over all processes is under way
  std::vector<caf::typed_response_promise<shared<usage_list>>> readers; ///< wait for the next one
};

/// Linked to all its neighbours and containers: they live and die together. The processes in the
/// containers live on. `time` must outlive it.
containerizer_handle::behavior_type
containerizer(containerizer_handle::stateful_pointer<containerizer_state> self,
              containerizer_neighbours neighbours, const clock& time);

} // namespace troupe::isolators
