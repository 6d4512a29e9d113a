/// The part of the books that changes the form of resources.
#include "allocator/cluster_books.hpp"

#include "model/resource_text.hpp"

#include <algorithm>

namespace troupe::allocator {

std::optional<std::string> cluster_books::convert(member_index m, agent_index a,
                                                  const resources& before, const resources& after) {
  auto& agent = agents[a];
  auto& total = details_[a].total;
  auto* use = find_use(agent, m);
  if (use != nullptr)
    use->merge();
  if (use == nullptr || !use->held.contains(before))
    return "what is converted is not allocated";
  if (!total.contains(before))
    return "what is converted is not part of the agent";
  if (before.scalars() != after.scalars())
    return "a conversion changes the sum of resources";
  count_use(m, before, -1);
  count_use(m, after, 1);
  count_reserved(before, -1);
  count_reserved(after, 1);
  use->held -= before;
  use->held += after;
  total -= before;
  total += after;
  recompute_free(a);
  return std::nullopt;
}

std::optional<std::string> cluster_books::convert_free(agent_index a, const resources& before,
                                                       const resources& after) {
  auto& agent = agents[a];
  // Shared resources stay free while they are used, but may not vanish then.
  bool in_use = std::any_of(agent.uses.begin(), agent.uses.end(), [&](const agent_use& use) {
    return std::any_of(before.begin(), before.end(), [&](const resource& item) {
      auto one = item;
      one.copies = 1;
      return item.shared && use.holds(one);
    });
  });
  if (in_use || !agent.free.contains(before))
    return "not all of " + to_text(before) + " is free: what is free is " +
           (agent.free.empty() ? "nothing" : to_text(agent.free)) +
           (in_use ? ", and a shared part of it is in use" : "");
  if (before.scalars() != after.scalars())
    return "a conversion changes the sum of resources";
  count_reserved(before, -1);
  count_reserved(after, 1);
  details_[a].total -= before;
  details_[a].total += after;
  recompute_free(a);
  return std::nullopt;
}

} // namespace troupe::allocator
