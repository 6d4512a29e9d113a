/// How long `/containers` takes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace troupe::bench {

struct container_case {
  std::size_t containers = 0;
  std::size_t mounts = 0; ///< beside those of the machine
};

struct container_times {
  std::size_t containers = 0;
  std::size_t mounts = 0;
  std::size_t processes = 0; ///< on the machine, while it was measured
  double bytes = 0;
  double best_ms = 0;
  double median_ms = 0;
  double cpu_ms = 0;       ///< of everything but the client, a request
  double eight_p50_ms = 0; ///< with eight clients at once
  double eight_cpu_ms = 0; ///< a request then, clients included
};

/// In a process of its own, with a mount namespace of its own when there are to be more mounts.
/// Nothing, and the reason on stderr, when it cannot be done.
std::optional<container_times> measure(const container_case& what);

} // namespace troupe::bench
