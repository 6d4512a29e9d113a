/// The rules of quotas, computed from the facts at every question.
#include "slow_allocator.hpp"

#include <algorithm>
#include <limits>

namespace troupe::allocator {

namespace {

bool covers(const std::string& above, const std::string& role) {
  return above == role || role.starts_with(above + "/");
}

bool is_loose(const resource& item) {
  return item.is_scalar() && item.is_unreserved() && !item.revocable && !item.shared;
}

std::int64_t loose_sum(const resources& items, const std::string& name) {
  return items.filter(is_loose).get_scalar(name).milli();
}

/// Cuts the loose scalars of each name down to `most(name)`.
template <class Most>
resources cut(const resources& items, std::uint64_t key, Most most) {
  resources result = items.filter([](const resource& item) { return !is_loose(item); });
  std::multimap<std::uint64_t, resource> order;
  for (const auto& item : items.filter(is_loose))
    order.emplace(filling_order(key, item), item);
  std::map<std::string, std::int64_t> given;
  for (auto [place, item] : order) {
    auto left = std::max<std::int64_t>(0, most(item.name) - given[item.name]);
    if (item.scalar().milli() > left) {
      if (item.is_exclusive())
        continue;
      item.value = quantity::from_milli(left);
    }
    given[item.name] += item.scalar().milli();
    result.add(item);
  }
  return result;
}

} // namespace

/// The role and all above it.
std::vector<std::string> slow_allocator::path_of(const std::string& role) const {
  std::vector<std::string> path{role};
  for (auto above = role; above.find('/') != std::string::npos;)
    path.push_back(above = above.substr(0, above.rfind('/')));
  return path;
}

std::int64_t slow_allocator::consumed(const std::string& role, const std::string& name) const {
  std::int64_t sum = 0;
  for (const auto& [id, agent] : agents) {
    for (const auto& item : agent.total.non_revocable().reserved().named(name))
      if (item.is_scalar() && covers(role, std::string(item.reservation_role())))
        sum += item.scalar().milli();
    for (const auto& [who, items] : agent.held)
      if (covers(role, who.second))
        sum += loose_sum(items, name);
  }
  return sum;
}

std::int64_t slow_allocator::need(const std::string& role, const std::string& name) const {
  std::set<std::string> children;
  for (const auto& [path, quota] : quotas)
    if (path.starts_with(role + "/"))
      children.insert(path.substr(0, path.find('/', role.size() + 1)));
  std::int64_t below = 0;
  for (const auto& child : children)
    below += need(child, name);
  auto used = consumed(role, name);
  auto quota = quotas.find(role);
  if (quota == quotas.end())
    return below;
  auto result = std::max(quota->second.guarantees.get(name).milli() - used, below);
  if (auto limit = quota->second.limits.find(name))
    result = std::min(result, limit->milli() - used);
  return std::max<std::int64_t>(0, result);
}

std::int64_t slow_allocator::required(const std::string& name) const {
  std::set<std::string> top;
  for (const auto& [path, quota] : quotas)
    top.insert(path.substr(0, path.find('/')));
  std::int64_t sum = 0;
  for (const auto& role : top)
    sum += need(role, name);
  return sum;
}

std::int64_t slow_allocator::available(const std::string& name) const {
  std::int64_t sum = 0;
  for (const auto& [id, agent] : agents)
    sum += loose_sum(free_of(agent), name);
  return sum;
}

std::int64_t slow_allocator::room(const std::string& role, const std::string& name) const {
  auto least = std::numeric_limits<std::int64_t>::max();
  for (const auto& path : path_of(role))
    if (auto quota = quotas.find(path); quota != quotas.end())
      if (auto limit = quota->second.limits.find(name))
        least = std::min(least, std::max<std::int64_t>(0, limit->milli() - consumed(path, name)));
  return least;
}

std::int64_t slow_allocator::wanted(const std::string& role, const std::string& name) const {
  std::int64_t most = 0;
  for (const auto& path : path_of(role))
    if (auto quota = quotas.find(path); quota != quotas.end())
      most = std::max(most, quota->second.guarantees.get(name).milli() - consumed(path, name));
  return std::min(most, room(role, name));
}

bool slow_allocator::is_guaranteed(const std::string& role) const {
  auto path = path_of(role);
  return std::any_of(path.begin(), path.end(), [&](const std::string& p) {
    return quotas.contains(p) && !quotas.at(p).guarantees.empty();
  });
}

bool slow_allocator::is_guaranteed(const std::string& role, const std::string& name) const {
  auto path = path_of(role);
  return std::any_of(path.begin(), path.end(), [&](const std::string& p) {
    return quotas.contains(p) && !quotas.at(p).guarantees.get(name).is_zero();
  });
}

std::set<std::string> slow_allocator::guaranteed_roles() const {
  std::set<std::string> result;
  for (const auto& who : members())
    if (is_guaranteed(who.second))
      result.insert(who.second);
  return result;
}

/// What is reserved for the role, what its guarantee misses, and what goes with these.
resources slow_allocator::guaranteed_part(const member& who, const agent_id& id,
                                          std::uint64_t key) const {
  const auto& role = who.second;
  auto items = for_member(who, id, free_of(agents.at(id))).filter([&](const resource& item) {
    return !item.revocable && (item.is_reserved(role) || (item.is_unreserved() && !item.shared));
  });
  auto result = cut(items, key, [&](const std::string& name) {
    if (is_guaranteed(role, name))
      return wanted(role, name);
    return std::min(room(role, name), std::max<std::int64_t>(0, available(name) - required(name)));
  });
  bool base = std::any_of(result.begin(), result.end(), [&](const resource& item) {
    return item.is_reserved() || (is_loose(item) && is_guaranteed(role, item.name));
  });
  return base ? result : resources{};
}

/// Up to the limits, and only if that leaves what other guarantees need.
resources slow_allocator::within_quotas(const std::string& role, const resources& items,
                                        std::uint64_t key) {
  auto result = cut(items, key, [&](const std::string& name) { return room(role, name); });
  for (const auto& [name, amount] : result.filter(is_loose).scalars()) {
    auto before = available(name) - required(name);
    // Pretends that the role holds it, on an agent of its own.
    auto& pretended = agents[agent_id("pretended")];
    pretended.total = result.filter(is_loose).named(name);
    pretended.held[{framework_id("pretended"), role}] = pretended.total;
    auto after = available(name) - amount.milli() - required(name);
    agents.erase(agent_id("pretended"));
    if (after < 0 && after < before)
      return result.filter([](const resource& item) { return !is_loose(item); });
  }
  return result;
}

} // namespace troupe::allocator
