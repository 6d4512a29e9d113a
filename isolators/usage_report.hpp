/// From numbers to the messages that clients read: pure.
#pragma once

#include "isolators/process_tree.hpp"
#include "protocol/containerizer.hpp"
#include "runtime/clock.hpp"

namespace troupe::isolators {

/// Which of a container's statistics are reported, by the isolations that are on.
struct usage_fields {
  bool cpu = false; ///< posix/cpu
  bool mem = false; ///< posix/mem
};

/// A running container, and what it may use.
struct measured_container {
  container_id id;
  pid_t pid = 0; ///< of init, its root
  resources limits;
  bool has_executor = true; ///< false: an operator launched it
};

/// ResourceStatistics and ContainerStatus of one running container.
[[nodiscard]] container_usage to_usage(const measured_container& container, const tree_usage& used,
                                       usage_fields fields, wall_time now);

} // namespace troupe::isolators
