/// One cycle: how the free resources of an agent are given away.
#pragma once

#include "protocol/allocator.hpp"

#include "allocator/allocation_policy.hpp"
#include "allocator/cluster_books.hpp"
#include "allocator/offer_filters.hpp"
#include "allocator/sorter.hpp"

#include <utility>
#include <vector>

namespace troupe::allocator {

/// Serves agents one after the other by fair share. (Roles with quota are served before, by a pass
/// of the same form, once there are quotas.)
class allocation_cycle {
 public:
  allocation_cycle(const allocation_policy& policy, cluster_books& books,
                   const offer_filters& filters, sorter_table& roles, sorter_table& frameworks);

  /// About that many agents will be served.
  void expect(std::size_t agents) { offers_.reserve(agents); }

  /// Whether the next cycle could do more with what this one leaves: shared resources go to one
  /// framework a cycle, and stay free.
  enum class leaves { nothing_new, shared_resources };
  leaves serve(agent_index a);

  std::vector<allocation> take_offers() { return std::exchange(offers_, {}); }

 private:
  void serve_role(agent_index a, role_index r);
  bool may_receive(const framework_options& framework, const agent_book& agent) const;
  resources what_is_for(const role_book& role, const framework_options& framework,
                        const agent_book& agent) const;
  void offer(member_index m, agent_index a, const resources& items);
  void tell_sorters(member_index m, const cluster_books::counted& amounts);

  const allocation_policy& policy_;
  cluster_books& books_;
  const offer_filters& filters_;
  sorter_table& roles_;
  sorter_table& frameworks_;
  std::vector<allocation> offers_;
  resources shared_offered_; // of the agent being served
};

} // namespace troupe::allocator
