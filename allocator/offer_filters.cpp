#include "allocator/offer_filters.hpp"

#include <algorithm>

namespace troupe::allocator {

namespace {

constexpr auto later = [](const auto& a, const auto& b) { return a.until > b.until; };

} // namespace

void offer_filters::add(member who, agent where, resources refused, time until) {
  if (who >= filters_.size())
    filters_.resize(who + 1);
  if (where < visits_.size() && !visits_[where].free.empty() &&
      refused.contains(visits_[where].free))
    visits_[where].refusing.set(who, true);
  auto serial = ++last_serial_;
  filters_[who][where].push_back({serial, std::move(refused)});
  heap_.push_back({until, who, where, serial});
  std::push_heap(heap_.begin(), heap_.end(), later);
  ++size_;
}

void offer_filters::visit(agent where, const resources& free) {
  if (where >= visits_.size())
    visits_.resize(where + 1);
  auto& last = visits_[where];
  if (last.free.contains(free))
    return;
  last.free = free;
  last.refusing.clear();
}

bool offer_filters::refuses(member who, agent where, const resources& offered) {
  if (where < visits_.size() && visits_[where].refusing.contains(who))
    return true;
  if (who >= filters_.size() || filters_[who].empty())
    return false;
  auto found = filters_[who].find(where);
  if (found == filters_[who].end())
    return false;
  auto refuse = [&](const resources& items) {
    return std::any_of(found->second.begin(), found->second.end(),
                       [&](const filter& f) { return f.refused.contains(items); });
  };
  if (where < visits_.size() && !visits_[where].free.empty() && refuse(visits_[where].free)) {
    visits_[where].refusing.set(who, true);
    return true;
  }
  return refuse(offered);
}

/// One of the member's filters is gone; another one may still say the same.
void offer_filters::forget_answer(member who, agent where) {
  if (where < visits_.size())
    visits_[where].refusing.set(who, false);
}

void offer_filters::clear(member who, std::vector<agent>& freed) {
  if (who >= filters_.size())
    return;
  for (const auto& [where, filters] : filters_[who]) {
    freed.push_back(where);
    size_ -= filters.size();
    forget_answer(who, where);
  }
  by_agent{}.swap(filters_[who]);
  compact();
}

void offer_filters::forget_agent(agent where) {
  for (auto& agents : filters_) {
    if (auto found = agents.find(where); found != agents.end()) {
      size_ -= found->second.size();
      agents.erase(found);
    }
  }
  if (where < visits_.size())
    visits_[where] = {};
  compact();
}

void offer_filters::expire(time now, std::vector<agent>& freed) {
  while (!heap_.empty() && heap_.front().until <= now) {
    auto entry = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), later);
    heap_.pop_back();
    auto& agents = filters_[entry.who];
    auto found = agents.find(entry.where);
    if (found == agents.end())
      continue;
    auto dropped =
        std::erase_if(found->second, [&](const filter& f) { return f.serial == entry.serial; });
    if (dropped == 0)
      continue;
    size_ -= dropped;
    freed.push_back(entry.where);
    forget_answer(entry.who, entry.where);
    if (found->second.empty())
      agents.erase(found);
  }
}

std::size_t offer_filters::count(member who) const {
  std::size_t sum = 0;
  if (who < filters_.size())
    for (const auto& [where, filters] : filters_[who])
      sum += filters.size();
  return sum;
}

bool offer_filters::alive(const deadline& entry) const {
  auto found = filters_[entry.who].find(entry.where);
  return found != filters_[entry.who].end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const filter& f) { return f.serial == entry.serial; });
}

/// Filters may last a year: without this, a framework that declines and revives would grow the
/// heap.
void offer_filters::compact() {
  if (heap_.size() <= 2 * size_ + 64)
    return;
  std::erase_if(heap_, [this](const deadline& entry) { return !alive(entry); });
  std::make_heap(heap_.begin(), heap_.end(), later);
}

} // namespace troupe::allocator
