#include "maintenance_book.hpp"

#include <algorithm>

namespace troupe::simulation {

void maintenance_book::planned(maintenance_plan plan) {
  possible_.push_back(std::move(plan));
  filters_.clear();
}

void maintenance_book::in_force() {
  possible_.erase(possible_.begin(), possible_.end() - 1);
}

std::optional<std::string> maintenance_book::told(host_number host,
                                                  std::optional<std::int64_t> start) const {
  for (const auto& plan : possible_) {
    const auto found = plan.find(host);
    if (start ? found != plan.end() && found->second == *start : found == plan.end())
      return std::nullopt;
  }
  return "host " + std::to_string(host) + " is said to " +
         (start ? "be away from " + std::to_string(*start) + " on" : "stay") +
         ", which is not planned";
}

std::optional<std::string> maintenance_book::asked(const pair& who, const std::string& id,
                                                   duration now) {
  const auto named =
      "framework " + std::to_string(who.framework) + " is asked to leave " + who.agent;
  for (const auto& [other, open] : open_)
    if (open == who)
      return named + " by " + id + " and by " + other;
  open_[id] = who;
  const auto filter = filters_.find(who);
  if (filter == filters_.end() || filter->second <= now)
    return std::nullopt;
  return named + ", which it did not want to hear for another " +
         std::to_string(to_seconds(filter->second - now)) + " s";
}

void maintenance_book::answered(framework_number framework, const std::string& id, duration until) {
  const auto found = open_.find(id);
  if (found == open_.end() || found->second.framework != framework)
    return;
  if (settled())
    filters_[found->second] = until;
  over_[id] = found->second;
  open_.erase(found);
}

std::optional<std::string> maintenance_book::rescinded(framework_number framework,
                                                       const std::string& id) {
  for (auto* known : {&open_, &over_}) {
    const auto found = known->find(id);
    if (found == known->end() || found->second.framework != framework)
      continue;
    if (known == &over_)
      filters_.erase(found->second);
    known->erase(found);
    return std::nullopt;
  }
  return "framework " + std::to_string(framework) + " hears that inverse offer " + id +
         " is withdrawn, which it does not have";
}

void maintenance_book::forget_filters(framework_number framework) {
  std::erase_if(filters_, [&](const auto& x) { return x.first.framework == framework; });
}

void maintenance_book::forget(framework_number framework) {
  forget_filters(framework);
  for (auto* known : {&open_, &over_})
    std::erase_if(*known, [&](const auto& x) { return x.second.framework == framework; });
}

void maintenance_book::forget_all() {
  open_.clear();
  over_.clear();
  filters_.clear();
}

void maintenance_book::forget_agent(const std::string& agent) {
  std::erase_if(filters_, [&](const auto& x) { return x.first.agent == agent; });
}

} // namespace troupe::simulation
