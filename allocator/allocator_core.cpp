#include "allocator/allocator_core.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace troupe::allocator {

allocator_core::allocator_core(allocation_policy policy)
    : policy_(std::move(policy))
    , books_(policy_.minimum) {}

reaction allocator_core::on(const await_agents& event, time now) {
  hold_off_.reset();
  if (auto wanted = event.expected * 4 / 5; wanted > 0)
    hold_off_ = {wanted, now + std::chrono::minutes{10}};
  return {};
}

bool allocator_core::is_held_off(time now) {
  if (hold_off_ && (books_.agents.size() >= hold_off_->agents || now >= hold_off_->until))
    hold_off_.reset();
  return hold_off_.has_value();
}

reaction allocator_core::on(const set_quota& event, time) {
  books_.set_quota(event.role, event.guarantees, event.limits);
  attend_all();
  return {};
}

reaction allocator_core::on(const set_weights& event, time) {
  for (const auto& [path, weight] : event.weights)
    for (auto* changes : {&books_.role_changes, &books_.quota_role_changes})
      changes->set_weight(path, weight);
  attend_all();
  return {};
}

reaction allocator_core::on(const set_whitelist& event, time) {
  policy_.whitelist = event.hostnames;
  reaction result;
  for (agent_index a = 0; a < books_.agents.limit(); ++a) {
    auto& agent = books_.agents[a];
    if (!agent.known)
      continue;
    auto listed = is_whitelisted(books_.details(a).options.hostname);
    bool before = std::exchange(agent.whitelisted, listed);
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

void allocator_core::attend_all_of(const std::vector<agent_index>& agents) {
  constexpr std::size_t ahead = 16;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    if (i + ahead < agents.size())
      books_.foresee(agents[i + ahead]);
    attend(agents[i], attention::next_cycle);
  }
}

bool allocator_core::prepare(time now, scope what) {
  std::vector<agent_index> freed;
  filters_.expire(now, freed);
  inverse_.expire(now, freed);
  attend_all_of(freed);
  if (what == scope::batch)
    for (auto a : std::exchange(next_batch_, {}))
      if (books_.agents[a].pending == attention::next_batch)
        attend(a, attention::next_cycle);
  if (std::exchange(books_.quota_moved, false))
    for (auto a : std::exchange(held_back_, {}))
      if (std::exchange(books_.agents[a].held_back, false))
        attend(a, attention::next_cycle);
  return !is_held_off(now) && (all_agents_ || !next_cycle_.empty());
}

/// Those who were waiting, without those that have nothing to offer (these come back with an
/// event), in the order of this cycle.
visiting_list allocator_core::candidates() {
  constexpr std::size_t ahead = 16;
  const bool all = std::exchange(all_agents_, false);
  if (all) {
    next_batch_.clear();
    next_cycle_.resize(books_.agents.limit());
    std::iota(next_cycle_.begin(), next_cycle_.end(), agent_index{0});
  }
  visiting_list result;
  result.reserve(next_cycle_.size());
  for (std::size_t i = 0; i < next_cycle_.size(); ++i) {
    if (i + ahead < next_cycle_.size())
      books_.foresee(next_cycle_[i + ahead]);
    const auto a = next_cycle_[i];
    auto& agent = books_.agents[a];
    if (!all && agent.pending != attention::next_cycle)
      continue;
    agent.pending = attention::none;
    if (agent.away && agent.activated)
      leaving_.push_back(a);
    if (agent.known && agent.enough && agent.activated && agent.whitelisted)
      result.push_back({visiting_order(policy_.seed, cycles_, agent.visiting_key), a});
  }
  next_cycle_.clear();
  sort(result);
  return result;
}

/// Fetches what the visits soon after the `now`-th will need: their order is random, so that the
/// processor does not foresee it, and a visit would mostly wait for memory.
void allocator_core::foresee(const visiting_list& order, std::size_t now) const {
  constexpr std::size_t book_ahead = 20;
  constexpr std::size_t content_ahead = 10;
  if (now + book_ahead < order.size()) {
    auto a = order[now + book_ahead].agent;
    books_.foresee(a);
    books_.foresee_details(a);
    filters_.foresee(a);
  }
  if (now + content_ahead < order.size()) {
    auto a = order[now + content_ahead].agent;
    books_.foresee_content(a);
    filters_.foresee_content(a);
  }
}

std::vector<allocation> allocator_core::cycle(sorter_tables sorters) {
  ++cycles_;
  const auto order = candidates();
  allocation_cycle work(policy_, books_, filters_, sorters);
  work.expect(order.size());
  if (books_.quota.any())
    for (auto [key, a] : order)
      work.guarantee(a, key);
  for (std::size_t i = 0; i < order.size(); ++i) {
    foresee(order, i);
    auto [key, a] = order[i];
    auto left = work.serve(a, key);
    if (left.next_batch)
      attend(a, attention::next_batch);
    if (left.held_back && !std::exchange(books_.agents[a].held_back, true))
      held_back_.push_back(a);
  }
  if (!leaving_.empty())
    ask_to_leave();
  return work.take_offers();
}

} // namespace troupe::allocator
