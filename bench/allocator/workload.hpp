/// The simulated clusters of the bench and the timed pieces of their lives.
#pragma once

#include "protocol/allocator.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::bench {

struct cluster_shape {
  std::size_t agents = 0;
  std::size_t frameworks = 0;
  bool own_roles = true; ///< a role per framework; else all are in `*`
  bool random = false;   ///< weighted random sorters; else DRF

  std::string name() const;
};

/// Seconds per round, and what the rounds did.
struct timings {
  std::vector<double> seconds;
  std::size_t offers = 0; ///< per round

  double min() const;
  double median() const;
  double max() const;
};

/// All agents `cpus:24;mem:4096;disk:4096;ports:[31000-32000]`, all free; one batch offers them
/// all. Between the rounds every offer comes back without a filter (not timed). Core and sorters in
/// one thread.
timings all_free(const cluster_shape& shape, int rounds);
/// The same through the actors, a new allocator each round: from the start message to the last
/// offer.
timings all_free_with_actors(const cluster_shape& shape, int rounds);
/// The next batch, with everything out on offer.
timings nothing_free(const cluster_shape& shape, int rounds);

} // namespace troupe::bench
