#include "allocator/allocator_core.hpp"

#include "allocator/allocation_cycle.hpp"
#include "allocator/random_source.hpp"

#include <algorithm>
#include <utility>

namespace troupe::allocator {

std::uint64_t visiting_order(std::uint64_t seed, std::uint64_t cycle, std::uint64_t visiting_key) {
  return mix_bits(visiting_key ^ mix_bits(seed ^ mix_bits(cycle)));
}

allocator_core::allocator_core(allocation_policy policy)
    : policy_(std::move(policy))
    , books_(policy_.minimum) {}

reaction allocator_core::on(const await_agents&, time) {
  return {};
}

reaction allocator_core::on(const set_quota&, time) {
  return {};
}

reaction allocator_core::on(const set_weights& event, time) {
  for (const auto& [path, weight] : event.weights)
    books_.role_changes.set_weight(path, weight);
  return {};
}

reaction allocator_core::on(const convert_available&, time) {
  return {};
}

reaction allocator_core::on(const set_whitelist& event, time) {
  policy_.whitelist = event.hostnames;
  reaction result;
  for (agent_index a = 0; a < books_.agents.limit(); ++a) {
    auto& agent = books_.agents[a];
    if (!agent.known)
      continue;
    bool before = std::exchange(agent.whitelisted, is_whitelisted(agent.options.hostname));
    if (agent.whitelisted && !before) {
      attend(a, attention::next_cycle);
      result.wants_cycle = true;
    }
  }
  return result;
}

bool allocator_core::is_whitelisted(const std::string& hostname) const {
  return !policy_.whitelist || policy_.whitelist->contains(hostname);
}

void allocator_core::attend(agent_index a, attention when) {
  auto& agent = books_.agents[a];
  if (agent.pending >= when)
    return;
  agent.pending = when;
  (when == attention::next_cycle ? next_cycle_ : next_batch_).push_back(a);
}

void allocator_core::attend_all() {
  all_agents_ = true;
}

bool allocator_core::prepare(time now, scope what) {
  std::vector<agent_index> freed;
  filters_.expire(now, freed);
  for (auto a : freed)
    attend(a, attention::next_cycle);
  if (what == scope::batch)
    for (auto a : std::exchange(next_batch_, {}))
      if (books_.agents[a].pending == attention::next_batch)
        attend(a, attention::next_cycle);
  return all_agents_ || !next_cycle_.empty();
}

/// Those who were waiting, without those that have nothing to offer (these come back with an
/// event).
std::vector<agent_index> allocator_core::candidates() {
  std::vector<agent_index> result;
  auto consider = [&](agent_index a) {
    auto& agent = books_.agents[a];
    agent.pending = attention::none;
    if (agent.known && agent.enough && agent.activated && agent.whitelisted)
      result.push_back(a);
  };
  if (std::exchange(all_agents_, false)) {
    for (agent_index a = 0; a < books_.agents.limit(); ++a)
      consider(a);
    next_batch_.clear();
  } else {
    for (auto a : next_cycle_)
      if (books_.agents[a].pending == attention::next_cycle)
        consider(a);
  }
  next_cycle_.clear();
  return result;
}

std::vector<allocation> allocator_core::cycle(sorter_table& roles, sorter_table& frameworks) {
  ++cycles_;
  std::vector<std::pair<std::uint64_t, agent_index>> order;
  for (auto a : candidates())
    order.emplace_back(visiting_order(policy_.seed, cycles_, books_.agents[a].visiting_key), a);
  std::sort(order.begin(), order.end());
  allocation_cycle work(policy_, books_, filters_, roles, frameworks);
  work.expect(order.size());
  for (auto [key, a] : order)
    if (work.serve(a) == allocation_cycle::leaves::shared_resources)
      attend(a, attention::next_batch);
  return work.take_offers();
}

} // namespace troupe::allocator
