/// The simulated clusters of the bench and the timed pieces of their lives. Every workload checks that
/// its rounds did what they are timed for.
#pragma once

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

/// One figure per round, in `unit`, and what the rounds did. Times are of the thread's processor,
/// where the work is that of one thread; through actors, time that passed.
struct timings {
  std::vector<double> values;
  std::vector<double> wall; ///< time that passed, beside processor time
  std::size_t offers = 0;   ///< per round; 0: not what the figure is about
  std::string unit = "ms";

  void add_seconds(double seconds) { values.push_back(seconds * 1e3); }
  double min() const;
  double median() const;
  double max() const;
};

/// One batch offers all agents, which are free. Between the rounds every offer comes back without a
/// filter (not timed). Core and sorters in one thread.
timings all_free(const cluster_shape& shape, int rounds);
/// The same through the actors, a new allocator each round: from the start message to the last
/// offer.
timings all_free_with_actors(const cluster_shape& shape, int rounds);
/// A whitelist that let no agent in is lifted: one message in, an offer of every agent out. With one thread and through
/// the actors, round by round in turn: what the actor boundary costs. Time that passed.
struct boundary_timings {
  timings bare;
  timings with_actors;
};
boundary_timings actor_boundary(const cluster_shape& shape, int rounds);
/// The next batch, with everything out on offer.
timings nothing_free(const cluster_shape& shape, int rounds);

/// Every agent is used in part by one of the frameworks; each round all offers are declined with an
/// endless filter, until all frameworks have declined all agents.
struct decline_timings {
  timings declines;     ///< telling the allocator of one decline per agent
  timings cycles;       ///< the batches while there are offers
  timings all_filtered; ///< the one after the last decline
  timings memory;       ///< memory taken by the filters, MB
};
decline_timings declines(const cluster_shape& shape);

/// Adds all agents to a cluster of frameworks, with an event cycle after each.
timings add_agents(const cluster_shape& shape, int rounds);
/// Adds all frameworks to a cluster of agents, with an event cycle after each.
timings add_frameworks(const cluster_shape& shape, int rounds);
/// Memory taken per agent, KB.
timings memory_per_agent(const cluster_shape& shape);

/// Tasks of one cpu fill nine tenths of the cluster; each round a hundredth of them ends, and what
/// is offered is taken in part and declined for 5 s in part. The batch is timed.
timings small_tasks(const cluster_shape& shape, int rounds);

/// A quota for every role, of an agent's cpus, mem and disk: the batch that allocates all, and
/// batches after one agent was added in which nothing can be given.
struct quota_timings {
  timings full;
  timings nothing_changed;
};
quota_timings quotas(const cluster_shape& shape, int rounds);

/// From resources coming back to the allocator's actor to the offer's arrival at the master's place;
/// the values are those of all samples, in ms.
timings freed_to_offer(const cluster_shape& shape, int samples);

} // namespace troupe::bench
