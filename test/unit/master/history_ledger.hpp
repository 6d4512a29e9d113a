/// The allocator, as the random histories play it.
#pragma once

#include "model/resource_text.hpp"
#include "protocol/allocator.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>

namespace troupe::master::test {

/// The allocator's books: who holds what where, and who is asked to leave. Recovering what is not
/// held is a fault.
struct ledger {
  std::map<agent_id, resources> total;
  std::map<agent_id, std::map<framework_id, resources>> held;
  std::set<agent_id> away; ///< will be, for maintenance
  std::set<inverse_allocation> asked;

  resources free(const agent_id& agent) const {
    auto rest = total.at(agent).unallocated();
    if (auto here = held.find(agent); here != held.end())
      for (const auto& [f, items] : here->second)
        rest -= items.unallocated();
    return rest;
  }

  void operator()(const add_agent& x) {
    REQUIRE(!total.contains(x.agent));
    total[x.agent] = x.total;
    held[x.agent] = x.used;
    free(x.agent);
  }
  void operator()(const update_agent& x) { total.at(x.agent) = x.total; }
  void operator()(const convert_allocation& x) {
    auto& holds = held.at(x.agent)[x.framework];
    INFO("converting " << to_text(x.before) << " of " << to_text(holds));
    REQUIRE(x.before.scalars() == x.after.scalars());
    REQUIRE(holds.subtract_if_contained(x.before));
    holds += x.after;
    REQUIRE(total.at(x.agent).subtract_if_contained(x.before.unallocated()));
    total.at(x.agent) += x.after.unallocated();
  }
  void operator()(const remove_agent& x) {
    total.erase(x.agent);
    held.erase(x.agent);
    away.erase(x.agent);
    std::erase_if(asked, [&](const inverse_allocation& pair) { return pair.agent == x.agent; });
  }
  void operator()(const plan_absence& x) {
    REQUIRE(total.contains(x.agent));
    away.erase(x.agent);
    if (x.away)
      away.insert(x.agent);
    std::erase_if(asked, [&](const inverse_allocation& pair) { return pair.agent == x.agent; });
  }
  void operator()(const end_inverse_offer& x) { asked.erase({x.framework, x.agent}); }
  void operator()(const deactivate_framework& x) { forget(x.framework); }
  void operator()(const remove_framework& x) { forget(x.framework); }
  void forget(const framework_id& id) {
    std::erase_if(asked, [&](const inverse_allocation& pair) { return pair.framework == id; });
  }
  void operator()(const recover_resources& x) {
    auto here = held.find(x.agent);
    if (here == held.end())
      return;
    INFO("recovering " << to_text(x.returned) << " of " << x.framework << " on " << x.agent
                       << " which holds " << to_text(here->second[x.framework]));
    REQUIRE(here->second[x.framework].subtract_if_contained(x.returned));
  }
  void operator()(const recover_together& x) {
    for (const auto& part : x.parts)
      (*this)(part);
  }
  template <class Other>
  void operator()(const Other&) {}

  /// Why not, or nothing when it is done.
  std::string convert(const convert_available& x) {
    if (!total.contains(x.agent) || !free(x.agent).contains(x.before))
      return "not free";
    total.at(x.agent) -= x.before;
    total.at(x.agent) += x.after;
    return {};
  }
};

} // namespace troupe::master::test
