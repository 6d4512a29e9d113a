/// The core and its two sorters in one place, without actors; and shorthands for tests.
#pragma once

#include "allocator/allocator_core.hpp"
#include "allocator/drf_sorter.hpp"
#include "model/resource_text.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace troupe::allocator {

using namespace std::chrono_literals;

inline resources bag(const std::string& text) {
  return *parse_resources(text);
}
inline resources bag(const std::string& text, const std::string& allocation_role) {
  return bag(text).allocated_to_role(allocation_role);
}
inline framework_id framework(const std::string& name) {
  return framework_id(name);
}
inline agent_id agent(const std::string& name) {
  return agent_id(name);
}

/// Events go in by `on`, which must not lead to complaints; `batch` runs a cycle.
struct local_allocator {
  explicit local_allocator(allocation_policy policy = {})
      : core(std::move(policy)) {}

  template <class Event>
  reaction on(const Event& event) {
    return core.on(event, now);
  }

  /// What a cycle of this scope offers; nothing when there is no reason to run one.
  std::vector<allocation> run(allocator_core::scope scope) {
    if (!core.prepare(now, scope))
      return {};
    apply(core.take_role_changes(), *roles);
    apply(core.take_quota_role_changes(), *quota_roles);
    apply(core.take_framework_changes(), *frameworks);
    return core.cycle({*roles, quota_roles.get(), *frameworks});
  }
  std::vector<allocation> batch() { return run(allocator_core::scope::batch); }
  std::vector<allocation> event_cycle() { return run(allocator_core::scope::event); }

  void add(const std::string& name, const std::string& role, framework_options options = {}) {
    options.roles.insert(role);
    on(add_framework{framework(name), std::move(options), true, {}});
  }
  void add_agent_with(const std::string& name, const std::string& total,
                      agent_traits options = {}) {
    options.hostname = name;
    on(add_agent{agent(name), std::move(options), bag(total), {}});
  }
  /// Gives an offer back, refusing it for `filter`.
  reaction decline(const allocation& offer, std::optional<std::chrono::nanoseconds> filter = {}) {
    auto returned = offer.offered;
    if (!returned.empty() && !returned.begin()->allocation_role)
      returned = std::move(returned).allocated_to_role(offer.role);
    return on(recover_resources{offer.framework, offer.agent, std::move(returned), filter});
  }

  allocator_core::time now{1h};
  allocator_core core;
  std::unique_ptr<sorter_table> roles =
      std::make_unique<drf_sorter>(drf_options{role_tree::shape::hierarchical, {}});
  std::unique_ptr<sorter_table> quota_roles =
      std::make_unique<drf_sorter>(drf_options{role_tree::shape::hierarchical, {}});
  std::unique_ptr<sorter_table> frameworks =
      std::make_unique<drf_sorter>(drf_options{role_tree::shape::flat, {}});
};

} // namespace troupe::allocator
