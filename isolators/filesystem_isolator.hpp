/// `filesystem/posix`: the host's file system as it is, with persistent volumes linked into the sandbox.
#pragma once

#include "isolators/volume_links.hpp"
#include "protocol/containerizer.hpp"

#include <map>
#include <string>

namespace troupe::isolators {

struct filesystem_state {
  static inline const char* name = "filesystem_isolator";

  struct entry {
    std::string sandbox;
    volume_links links;
  };
  std::map<container_id, entry> containers;
};

/// Spawn detached. A container that wants a root file system of its own is refused.
isolator_actor::behavior_type
filesystem_isolator(isolator_actor::stateful_pointer<filesystem_state> self, std::string work_dir);

} // namespace troupe::isolators
