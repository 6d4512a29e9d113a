/// The gauges of quotas. Their names say allocator, as exporters know them; the numbers are the master's.
#include "master/operator_settings.hpp"
#include "master/quota.hpp"

namespace troupe::master {

namespace {

std::string prefix_of(const std::string& role) {
  return "allocator/mesos/quota/roles/" + role + "/";
}

/// What the branch of roles has in use or on offer.
quantities held_by(const books& book, const std::string& branch) {
  quantities held;
  for (const auto& [id, agent] : book.agents)
    for (const auto& [role, used] : agent.used_by_role)
      if (is_within(role, branch))
        held += used;
  for (const auto& [id, offer] : book.offers)
    if (is_within(offer.role, branch))
      held += offer.offered.non_revocable().scalars();
  return held;
}

} // namespace

void set_quota_gauges(books& book) {
  for (const auto& [role, quota] : book.quotas) {
    auto held = held_by(book, role);
    auto key = [&](const std::string& name, const char* what) {
      return prefix_of(role) + "resources/" + name + "/" + what;
    };
    for (const auto& [name, amount] : quota.guarantees) {
      book.metrics.set(key(name, "guarantee"), amount.to_double());
      book.metrics.set(key(name, "offered_or_allocated"), held.get(name).to_double());
    }
    for (const auto& [name, amount] : quota.limits) {
      book.metrics.set(key(name, "limit"), amount.to_double());
      book.metrics.set(key(name, "offered_or_allocated"), held.get(name).to_double());
    }
  }
}

void forget_quota_gauges(books& book, const std::string& role) {
  book.metrics.forget(prefix_of(role));
}

} // namespace troupe::master
