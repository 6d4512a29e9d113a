#include "allocator/gauges.hpp"

#include <algorithm>

namespace troupe::allocator {

namespace {

const std::string prefix = "allocator/mesos/";

struct usage {
  quantities total;
  quantities used;
  std::map<std::string, quantities> by_role;
  std::map<std::string, quantities> firm_by_role; ///< sub-roles and non-revocable only
};

usage count(const cluster_books& books) {
  usage result;
  for (agent_index a = 0; a < books.agents.limit(); ++a) {
    const auto& agent = books.agents[a];
    result.total.add(books.details(a).total.scalars());
    for (const auto& use : agent.uses) {
      auto held = use.all();
      auto amounts = held.scalars();
      result.used.add(amounts);
      auto role = books.role(books.member(use.member).role).name;
      result.by_role[role].add(amounts);
      auto firm = held.non_revocable().scalars();
      for (auto path = role;; path.resize(path.rfind('/'))) {
        result.firm_by_role[path].add(firm);
        if (path.find('/') == std::string::npos)
          break;
      }
    }
  }
  return result;
}

void add_cluster(gauge_values& into, const usage& used) {
  for (auto name : {"cpus", "mem", "disk"}) {
    auto key = prefix + "resources/" + name;
    into[key + "/total"] = used.total.get(name).to_double();
    into[key + "/offered_or_allocated"] = used.used.get(name).to_double();
  }
}

void add_quotas(gauge_values& into, const cluster_books& books, const usage& used) {
  for (const auto& quota : books.quota.entries()) {
    auto name = books.resource_name(quota.resource);
    auto key = prefix + "quota/roles/" + quota.role + "/resources/" + name;
    auto amount = [](std::int64_t milli) { return quantity::from_milli(milli).to_double(); };
    auto held = used.firm_by_role.find(quota.role);
    if (quota.amounts.guarantee > 0)
      into[key + "/guarantee"] = amount(quota.amounts.guarantee);
    if (quota.amounts.limit != quota_books::unlimited)
      into[key + "/limit"] = amount(quota.amounts.limit);
    into[key + "/consumed"] = amount(quota.amounts.consumed);
    into[key + "/offered_or_allocated"] =
        held == used.firm_by_role.end() ? 0 : held->second.get(name).to_double();
  }
}

double dominant_share(const quantities& held, const quantities& total, const share_rules& rules) {
  double share = 0;
  for (const auto& [name, amount] : held)
    if (auto all = total.get(name); !all.is_zero() && !rules.excluded.contains(name))
      share =
          std::max(share, static_cast<double>(amount.milli()) / static_cast<double>(all.milli()));
  return share;
}

} // namespace

gauge_values gauges_of(const allocator_core& core, const share_rules& rules) {
  const auto& books = core.books();
  auto used = count(books);
  gauge_values result;
  add_cluster(result, used);
  if (books.quota.any())
    add_quotas(result, books, used);
  for (role_index r = 0; r < books.role_limit(); ++r) {
    const auto& role = books.role(r);
    if (role.members == 0)
      continue;
    result[prefix + "offer_filters/roles/" + role.name + "/active"] = 0;
    if (!rules.dominant_shares)
      continue;
    auto weight = rules.weights.find(role.name);
    result[prefix + "roles/" + role.name + "/shares/dominant"] =
        dominant_share(used.by_role[role.name], used.total, rules) /
        (weight == rules.weights.end() ? 1.0 : weight->second);
  }
  for (member_index m = 0; m < books.member_limit(); ++m)
    if (auto filters = core.filters().count(m); filters > 0)
      result[prefix + "offer_filters/roles/" + books.role(books.member(m).role).name + "/active"] +=
          static_cast<double>(filters);
  return result;
}

} // namespace troupe::allocator
