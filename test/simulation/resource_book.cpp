#include "books.hpp"
#include "model/resource_text.hpp"

namespace troupe::simulation {

std::string to_text(const task_name& task) {
  return task.second + " of " + task.first;
}

void resource_book::offered(host_number host, framework_number to, const std::string& id,
                            resources items) {
  hosts_[host].offers.insert_or_assign(id, offer{to, std::move(items)});
  hosts_[host].changed = true;
  offer_hosts_[id] = host;
}

void resource_book::offer_gone(const std::string& id) {
  if (auto found = offer_hosts_.extract(id))
    hosts_[found.mapped()].offers.erase(id);
}

void resource_book::offers_gone(framework_number framework) {
  for (auto& host : hosts_)
    std::erase_if(host.offers, [&](const auto& x) {
      return x.second.framework == framework && offer_hosts_.erase(x.first) != 0;
    });
}

void resource_book::all_offers_gone() {
  offer_hosts_.clear();
  for (auto& host : hosts_)
    host.offers.clear();
}

void resource_book::task_sent(host_number host, const task_name& task, resources items) {
  task_over(task);
  task_hosts_[task] = host;
  hosts_[host].tasks.insert_or_assign(task, std::move(items));
  hosts_[host].changed = true;
}

void resource_book::task_over(const task_name& task) {
  if (auto found = task_hosts_.extract(task))
    hosts_[found.mapped()].tasks.erase(task);
}

void resource_book::host_reported(host_number host, const std::set<task_name>& running) {
  std::erase_if(hosts_[host].tasks, [&](const auto& x) {
    return !running.contains(x.first) && task_hosts_.erase(x.first) != 0;
  });
}

void resource_book::given_up(host_number host, const std::string& framework) {
  std::erase_if(hosts_[host].tasks, [&](const auto& x) {
    return x.first.first == framework && task_hosts_.erase(x.first) != 0;
  });
}

std::optional<std::string> resource_book::broken_rule() {
  for (host_number number = 0; number < hosts_.size(); ++number) {
    auto& host = hosts_[number];
    if (!std::exchange(host.changed, false))
      continue;
    auto left = host.total;
    std::string holders;
    for (const auto& [task, items] : host.tasks) {
      holders += "\n  task " + to_text(task) + ": " + troupe::to_text(items);
      if (!left.subtract_if_contained(items))
        return "host " + std::to_string(number) + " runs more than it has: of " +
               troupe::to_text(host.total) + holders;
    }
    for (const auto& [id, offer] : host.offers) {
      holders += "\n  offer " + id + ": " + troupe::to_text(offer.items);
      if (!left.subtract_if_contained(offer.items))
        return "host " + std::to_string(number) + " was given away twice: of " +
               troupe::to_text(host.total) + holders;
    }
  }
  return std::nullopt;
}

void filter_book::declined(const place& where, resources items, duration until) {
  filters_[where].push_back({std::move(items), until});
}

void filter_book::forget(framework_number framework) {
  std::erase_if(filters_, [&](const auto& x) { return x.first.framework == framework; });
}

void filter_book::forget_agent(const std::string& agent) {
  std::erase_if(filters_, [&](const auto& x) { return x.first.agent == agent; });
}

std::optional<std::string> filter_book::offered(const place& where, const resources& items,
                                                duration now) {
  const auto found = filters_.find(where);
  if (found == filters_.end())
    return std::nullopt;
  std::erase_if(found->second, [&](const filter& x) { return x.until <= now; });
  for (const auto& filter : found->second)
    if (filter.items.contains(items))
      return "framework " + std::to_string(where.framework) + " is offered " +
             troupe::to_text(items) + " of " + where.agent +
             ", which it had declined for another " +
             std::to_string(to_seconds(filter.until - now)) +
             " s: " + troupe::to_text(filter.items);
  return std::nullopt;
}

} // namespace troupe::simulation
