#include "allocator/offer_filters.hpp"

#include <algorithm>

namespace troupe::allocator {

namespace {

constexpr auto later = [](const auto& a, const auto& b) { return a.until > b.until; };

} // namespace

void offer_filters::add(member who, agent where, resources refused, const resources& total,
                        time until) {
  if (who >= filters_.size())
    filters_.resize(who + 1);
  auto serial = ++last_serial_;
  bool all = refused.contains(total);
  auto& here = filters_[who][where];
  here.push_back({serial, std::move(refused), all});
  note(who, where, here);
  heap_.push_back({until, who, where, serial});
  std::push_heap(heap_.begin(), heap_.end(), later);
  ++size_;
}

/// Sets the member's bit of the agent.
void offer_filters::note(member who, agent where, const std::vector<filter>& filters) {
  bool all = std::any_of(filters.begin(), filters.end(), [](const filter& f) { return f.refuses_all; });
  if (where >= refused_all_.size()) {
    if (!all)
      return;
    refused_all_.resize(where + 1);
  }
  refused_all_[where].set(who, all);
}

void offer_filters::total_changed(agent where, const resources& total) {
  for (member who = 0; who < filters_.size(); ++who) {
    auto found = filters_[who].find(where);
    if (found == filters_[who].end())
      continue;
    for (auto& f : found->second)
      f.refuses_all = f.refused.contains(total);
    note(who, where, found->second);
  }
}

bool offer_filters::refuses(member who, agent where, const resources& offered) const {
  if (who_refused_all(where).contains(who))
    return true;
  if (who >= filters_.size() || filters_[who].empty())
    return false;
  auto found = filters_[who].find(where);
  return found != filters_[who].end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const filter& f) { return f.refused.contains(offered); });
}

void offer_filters::clear(member who, std::vector<agent>& freed) {
  if (who >= filters_.size())
    return;
  for (const auto& [where, filters] : filters_[who]) {
    freed.push_back(where);
    size_ -= filters.size();
    note(who, where, {});
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
  if (where < refused_all_.size())
    refused_all_[where].clear();
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
    note(entry.who, entry.where, found->second);
    if (found->second.empty())
      agents.erase(found);
  }
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
