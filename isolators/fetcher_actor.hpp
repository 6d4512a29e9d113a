/// Fetches for many containers at once, each on a thread of its own, as many as the limit allows; the rest
/// wait in order.
#pragma once

#include "isolators/container_protocol.hpp"
#include "protocol/metrics.hpp"

#include <cstddef>
#include <deque>
#include <utility>

namespace troupe::isolators {

struct fetcher_config {
  fetch_options options; ///< work for all
  std::size_t limit = 16;
};

struct fetcher_state {
  static inline const char* name = "fetcher";

  using waiting = std::pair<fetch_uris, caf::typed_response_promise<uris_fetched>>;
  std::deque<waiting> queue;
  std::size_t active = 0;
};

/// Counts what became of the fetches of each container; `metrics` may be null.
fetcher_actor::behavior_type fetcher(fetcher_actor::stateful_pointer<fetcher_state> self,
                                     fetcher_config config, metrics_actor metrics);

} // namespace troupe::isolators
