/// What the metrics endpoint shows of the allocator, computed when somebody looks.
#pragma once

#include "protocol/metrics.hpp"

#include "allocator/allocator_core.hpp"

#include <map>
#include <set>
#include <string>

namespace troupe::allocator {

/// What shares depend on besides the books.
struct share_rules {
  bool dominant_shares = true; ///< the role sorter goes by them
  std::map<std::string, double> weights;
  std::set<std::string> excluded;
};

/// `allocator/mesos/…`: the cluster's cpus, mem and disk; quotas and what is used of them; filters
/// and dominant shares by role. One pass over all agents.
gauge_values gauges_of(const allocator_core& core, const share_rules& rules);

} // namespace troupe::allocator
