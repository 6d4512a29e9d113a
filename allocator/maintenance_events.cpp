/// What the allocator does about agents that will be away.
#include "allocator/allocator_core.hpp"

#include <algorithm>

namespace troupe::allocator {

reaction allocator_core::on(const plan_absence& event, time) {
  auto a = books_.agents.find(event.agent);
  if (a == no_index)
    return {false, "agent " + event.agent.value() + " is unknown"};
  books_.agents[a].away = event.away;
  inverse_.forget_agent(a);
  if (event.away)
    attend(a, attention::next_cycle);
  return {event.away, {}};
}

reaction allocator_core::on(const end_inverse_offer& event, time now) {
  // The agent or the framework may have gone in the meantime, and the question with it.
  auto a = books_.agents.find(event.agent);
  auto f = books_.frameworks.find(event.framework);
  if (a == no_index || f == no_index)
    return {};
  bool filtered = event.filter && event.filter->count() > 0;
  auto until = filtered ? std::optional(end_of(now, *event.filter)) : std::nullopt;
  // Asked again, but not at once: that would go round for ever.
  if (inverse_.end(f, a, until) && !filtered)
    attend(a, attention::next_batch);
  return {};
}

void allocator_core::ask_to_leave() {
  std::sort(leaving_.begin(), leaving_.end());
  for (auto a : std::exchange(leaving_, {})) {
    const auto& agent = books_.agents[a];
    for (const auto& use : agent.uses) {
      auto f = books_.member(use.member).framework;
      const auto& framework = books_.frameworks[f];
      if (framework.known && framework.active && inverse_.ask(f, a))
        inverse_offers_.push_back({framework.id, books_.details(a).id});
    }
  }
}

} // namespace troupe::allocator
