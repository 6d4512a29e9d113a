#include "master/quota.hpp"

#include "master/offers.hpp"
#include "master/operator_settings.hpp"
#include "master/quota_checks.hpp"

#include <mesos/v1/master.pb.h>

#include <algorithm>

namespace troupe::master {

namespace {

/// What can be guaranteed at all: what agents have now and did not reserve by their flags.
quantities capacity(const books& book) {
  quantities sum;
  auto counts = [](const resource& x) {
    return !x.revocable &&
           (x.reservations.empty() || x.reservations.front().type == reservation_type::dynamic);
  };
  for (const auto& [id, agent] : book.agents)
    if (agent.connected())
      sum += agent.total.filter(counts).scalars();
  return sum;
}

/// Checks the change together with what is set already, and stores it.
std::optional<api_answer> change(turn& t, registry_op::change_quotas wanted, bool force,
                                 const std::string& refused, request_id request) {
  auto all = with_changes(t.book.quotas_to_come, wanted);
  if (auto why = quota_fault(all))
    return api_answer{400, refused + *why, nullptr};
  auto promised = total_guarantees(all);
  auto available = capacity(t.book);
  if (!force && !available.contains(promised))
    return api_answer{409,
                      "Quota guarantees overcommit the cluster (use 'force' to bypass this check): "
                      "Total quota guarantees '" +
                          spaced_text(promised) + "' exceed cluster capacity '" +
                          spaced_text(available) + "'",
                      nullptr};
  store_settings(t, std::move(wanted), request);
  return std::nullopt;
}

std::size_t active_frameworks(const books& book, const std::string& branch) {
  auto in_branch = [&](const std::string& role) { return is_within(role, branch); };
  std::size_t active = 0;
  for (const auto& [id, framework] : book.frameworks) {
    const auto& roles = framework.traits.roles;
    active += framework.connected() && std::any_of(roles.begin(), roles.end(), in_branch);
  }
  return active;
}

/// The role's own offers may be more than its new limit.
void withdraw_offers_of(turn& t, const std::string& branch) {
  for (auto& [id, framework] : t.book.frameworks)
    rescind_if(t, framework, [&](const offer_entry& x) { return is_within(x.role, branch); });
}

/// Frees what the role is guaranteed, on as many agents as it has frameworks, so that each of these
/// can be offered something.
void withdraw_offers_for(turn& t, const std::string& branch, const quantities& guarantees) {
  if (guarantees.empty())
    return;
  auto wanted_agents = active_frameworks(t.book, branch);
  std::size_t visited = 0;
  quantities freed;
  for (const auto& [id, agent] : t.book.agents) {
    if (visited >= wanted_agents && freed.contains(guarantees))
      break;
    if (!agent.connected() || agent.offers.empty())
      continue;
    for (const auto& offer : agent.offers)
      freed += t.book.offers.at(offer).offered.unreserved().non_revocable().scalars();
    rescind_all(t, agent);
    ++visited;
  }
}

void put_in_force(turn& t, const std::string& role, const role_quota& quota) {
  auto before = t.book.quotas.contains(role) ? t.book.quotas[role] : role_quota{};
  t.book.quotas[role] = quota;
  forget_quota_gauges(t.book, role); // perhaps of names that it no longer has
  t.tell_allocator(set_quota{role, quota.guarantees, quota.limits});
  t.changed(delta::quota_changed{role, std::make_shared<const role_quota>(quota)});
  t.info("quota set", {{"role", role},
                       {"guarantees", to_text(quota.guarantees)},
                       {"limits", to_text(quota.limits)}});
  if (!quota.limits.empty() && quota.limits != before.limits)
    withdraw_offers_of(t, role);
  if (!before.guarantees.contains(quota.guarantees))
    withdraw_offers_for(t, role, quota.guarantees);
}

void remove_from_force(turn& t, const std::string& role) {
  if (t.book.quotas.erase(role) == 0)
    return;
  t.tell_allocator(set_quota{role, {}, {}});
  t.changed(delta::quota_changed{role, nullptr});
  forget_quota_gauges(t.book, role);
  t.info("quota removed", {{"role", role}});
}

} // namespace

std::optional<api_answer> set_role_quota(turn& t, const mesos::v1::quota::QuotaRequest& wanted,
                                         const std::string& principal, request_id request) {
  static const std::string refused = "Failed to validate set quota request: ";
  auto quota = read_quota(wanted, t.config.role_whitelist);
  if (!quota)
    return api_answer{400, refused + quota.error(), nullptr};
  const auto& role = wanted.role();
  if (t.book.quotas_to_come.contains(role))
    return api_answer{
        400, refused + "Cannot set quota for role '" + role + "' which already has quota", nullptr};
  if (!principal.empty())
    quota->principal = principal;
  return change(t, {{{role, std::move(*quota)}}}, wanted.force(), refused, request);
}

std::optional<api_answer> remove_role_quota(turn& t, const std::string& role, request_id request) {
  if (!t.book.quotas_to_come.contains(role))
    return api_answer{400, "Role '" + role + "' has no quota set", nullptr};
  store_settings(t, registry_op::change_quotas{{{role, std::nullopt}}}, request);
  return std::nullopt;
}

std::optional<api_answer> update_quotas(turn& t, const mesos::v1::master::Call_UpdateQuota& wanted,
                                        const std::string& principal, request_id request) {
  static const std::string refused = "Failed to validate update quota request: ";
  registry_op::change_quotas changes;
  for (const auto& config : wanted.quota_configs()) {
    auto quota = read_quota(config, t.config.role_whitelist);
    if (!quota)
      return api_answer{400, refused + quota.error(), nullptr};
    if (changes.quotas.contains(config.role()))
      return api_answer{400, refused + "Role '" + config.role() + "' is named twice", nullptr};
    if (!principal.empty())
      quota->principal = principal;
    bool none = quota->guarantees.empty() && quota->limits.empty();
    changes.quotas[config.role()] = none ? std::nullopt : std::optional(std::move(*quota));
  }
  return change(t, std::move(changes), wanted.force(), refused, request);
}

void put_quotas_in_force(turn& t, const registry_op::change_quotas& change) {
  for (const auto& [role, quota] : change.quotas) {
    if (quota)
      put_in_force(t, role, *quota);
    else
      remove_from_force(t, role);
  }
}

} // namespace troupe::master
