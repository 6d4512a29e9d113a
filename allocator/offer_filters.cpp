#include "allocator/offer_filters.hpp"

#include "allocator/prefetch.hpp"

#include <algorithm>
#include <utility>

namespace troupe::allocator {

namespace {

const dense_set nobody;

std::int64_t slot_of(offer_filters::time when) {
  return when.time_since_epoch().count() >> 23; // 8 ms
}

} // namespace

void offer_filters::add(member who, agent where, resources refused, time until) {
  if (who >= members_.size())
    members_.resize(who + 1);
  if (where >= agents_.size())
    agents_.resize(where + 1);
  auto& here = agents_[where];
  if (!here.free.empty() && refused.contains(here.free))
    here.refusing.set(who, true);
  here.all.push_back({std::move(refused), until, who});
  filtered_.set(where, true);
  ++members_[who].filters;
  members_[who].agents.set(where, true);
  slots_[slot_of(until)].push_back({until, where});
  ++pending_;
  ++size_;
}

const dense_set& offer_filters::visit(agent where, const resources& free) {
  if (!filtered_.contains(where))
    return nobody;
  auto& here = agents_[where];
  if (here.part.same_body(free))
    return here.refusing;
  here.part = free;
  if (!here.free.empty() && here.free.contains(free))
    return here.refusing;
  here.free = free;
  here.refusing.clear();
  for (const auto& each : here.all)
    if (each.refused.contains(free))
      here.refusing.set(each.who, true);
  return here.refusing;
}

bool offer_filters::refuses(member who, agent where, const resources& offered) const {
  if (!filtered_.contains(where))
    return false;
  const auto& here = agents_[where];
  if (here.refusing.contains(who))
    return true;
  return !offered.same_body(here.free) && here.any_contains(who, offered);
}

bool offer_filters::agent_filters::any_contains(member whose, const resources& items) const {
  return std::any_of(all.begin(), all.end(), [&](const filter& each) {
    return each.who == whose && each.refused.contains(items);
  });
}

void offer_filters::foresee(agent where) const {
  if (filtered_.contains(where))
    __builtin_prefetch(&agents_[where]);
  keep_prefetches();
}

void offer_filters::foresee_content(agent where) const {
  if (!filtered_.contains(where))
    return;
  const auto& all = agents_[where].all;
  prefetch(all.data(), all.data() + all.size());
}

/// Mostly it is the oldest that ends.
void offer_filters::foresee_end(agent where) const {
  if (filtered_.contains(where))
    agents_[where].all.front().refused.foresee_copy();
  keep_prefetches();
}

/// The number of those dropped. Another filter of the same member may still say what one of them did.
template <class Predicate>
std::size_t offer_filters::drop_if(agent where, Predicate gone) {
  auto& here = agents_[where];
  dropped_.clear();
  std::erase_if(here.all, [&](const filter& each) {
    if (!gone(each))
      return false;
    dropped_.push_back(each.who);
    return true;
  });
  for (auto who : dropped_) {
    --members_[who].filters;
    if (here.refusing.contains(who))
      here.refusing.set(who, here.any_contains(who, here.free));
    if (std::none_of(here.all.begin(), here.all.end(),
                     [&](const filter& each) { return each.who == who; }))
      members_[who].agents.set(where, false);
  }
  size_ -= dropped_.size();
  if (here.all.empty()) {
    here = {};
    filtered_.set(where, false);
  }
  return dropped_.size();
}

void offer_filters::clear(member who, std::vector<agent>& freed) {
  if (count(who) == 0)
    return;
  auto agents = std::exchange(members_[who].agents, {});
  agents.for_each([&](agent where) {
    drop_if(where, [&](const filter& each) { return each.who == who; });
    freed.push_back(where);
  });
  compact();
}

void offer_filters::forget_agent(agent where) {
  if (!filtered_.contains(where))
    return;
  drop_if(where, [](const filter&) { return true; });
  compact();
}

void offer_filters::expire(time now, std::vector<agent>& freed) {
  while (!slots_.empty() && slots_.begin()->first <= slot_of(now)) {
    auto& slot = slots_.begin()->second;
    auto rest = std::partition(slot.begin(), slot.end(),
                               [now](const deadline& each) { return each.until > now; });
    std::vector<deadline> due(rest, slot.end());
    slot.erase(rest, slot.end());
    pending_ -= due.size();
    bool more_to_come = !slot.empty();
    if (!more_to_come)
      slots_.erase(slots_.begin());
    drop_due(due, now, freed);
    if (more_to_come)
      return;
  }
}

/// All that is due of an agent goes with its first deadline.
void offer_filters::drop_due(const std::vector<deadline>& due, time now,
                             std::vector<agent>& freed) {
  constexpr std::size_t ahead = 6;
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (i + 3 * ahead < due.size())
      foresee(due[i + 3 * ahead].where);
    if (i + 2 * ahead < due.size())
      foresee_content(due[i + 2 * ahead].where);
    if (i + ahead < due.size())
      foresee_end(due[i + ahead].where);
    auto where = due[i].where;
    if (filtered_.contains(where) &&
        drop_if(where, [now](const filter& each) { return each.until <= now; }) > 0)
      freed.push_back(where);
  }
}

/// Filters may last a year: without this, a framework that declines and revives would pile up
/// deadlines.
void offer_filters::compact() {
  if (pending_ <= 2 * size_ + 64)
    return;
  pending_ = 0;
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    auto& each = slot->second;
    std::sort(each.begin(), each.end());
    each.erase(std::unique(each.begin(), each.end()), each.end());
    std::erase_if(each, [this](const deadline& entry) {
      const auto& all = agents_[entry.where].all;
      return std::none_of(all.begin(), all.end(),
                          [&](const filter& f) { return f.until == entry.until; });
    });
    each.shrink_to_fit();
    pending_ += each.size();
    slot = each.empty() ? slots_.erase(slot) : std::next(slot);
  }
}

} // namespace troupe::allocator
