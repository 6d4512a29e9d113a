#include "master/quota_checks.hpp"

#include "master/wire_texts.hpp"
#include "wire/resource_convert.hpp"

#include <mesos/v1/quota.pb.h>

#include <algorithm>

namespace troupe::master {

using mesos::v1::quota::QuotaConfig;
using mesos::v1::quota::QuotaRequest;

namespace {

std::optional<std::string> refusal(const std::string& kind, const std::string& role,
                                   const role_list& allowed) {
  if (role.empty())
    return kind + " with invalid role: Role names cannot be the empty string";
  if (auto why = role_fault(role))
    return kind + " with invalid role: " + *why;
  if (allowed && !allowed->contains(role))
    return "Role '" + role + "' is not present in the master's --roles";
  return std::nullopt;
}

/// Why a resource can't be part of a guarantee.
std::optional<std::string> refusal(const mesos::v1::Resource& item) {
  if (item.reservations_size() > 0 || item.has_reservation() ||
      (item.has_role() && item.role() != "*"))
    return "QuotaInfo must not contain any ReservationInfo";
  if (item.has_disk())
    return "QuotaInfo must not contain any DiskInfo";
  if (item.has_revocable())
    return "QuotaInfo must not contain any RevocableInfo";
  if (item.has_shared() || item.has_provider_id() || item.has_allocation_info())
    return "QuotaInfo must contain plain resources only";
  if (item.type() != mesos::v1::Value::SCALAR)
    return "QuotaInfo must not include non-scalar resources";
  return std::nullopt;
}

/// The role with a quota that is nearest above.
std::optional<std::string> parent_of(const role_quotas& all, std::string role) {
  for (auto slash = role.rfind('/'); slash != std::string::npos; slash = role.rfind('/')) {
    role.resize(slash);
    if (all.contains(role))
      return role;
  }
  return std::nullopt;
}

/// What the roles right below are guaranteed together, by parent; "" is the parent of all.
std::map<std::string, quantities> sums_below(const role_quotas& all) {
  std::map<std::string, quantities> sums;
  // A sub-role sorts behind its parent, so that every sum is whole before it is passed on.
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    auto needed = each->second.guarantees;
    for (const auto& [name, amount] : sums[each->first])
      needed.set(name, std::max(needed.get(name), amount));
    sums[parent_of(all, each->first).value_or("")] += needed;
  }
  return sums;
}

} // namespace

outcome<role_quota> read_quota(const QuotaRequest& wanted, const role_list& allowed) {
  const auto& role = wanted.role();
  if (auto why = refusal("QuotaInfo", role, allowed))
    return failure{*why};
  if (role == "*")
    return failure{"QuotaInfo must not specify the default '*' role"};
  if (role.find('/') != std::string::npos)
    return failure{"Quota can be set on top-level roles only, and '" + role + "' is nested"};
  if (wanted.guarantee().empty())
    return failure{"QuotaInfo with empty 'guarantee'"};
  role_quota quota;
  for (const auto& item : wanted.guarantee()) {
    if (auto why = refusal(item))
      return failure{*why};
    auto read = wire::from_proto(item);
    if (!read)
      return failure{"QuotaInfo with invalid resource: " + read.error()};
    if (quota.limits.find(read->name))
      return failure{"QuotaInfo contains duplicate resource name '" + read->name + "'"};
    quota.guarantees.set(read->name, read->scalar());
    quota.limits.set(read->name, read->scalar());
  }
  return quota;
}

outcome<role_quota> read_quota(const QuotaConfig& wanted, const role_list& allowed) {
  if (auto why = refusal("QuotaConfig", wanted.role(), allowed))
    return failure{*why};
  auto of_role = " for role '" + wanted.role() + "'";
  auto guarantees = wire::quantities_from_proto(wanted.guarantees());
  if (!guarantees)
    return failure{"QuotaConfig" + of_role + " with invalid guarantees: " + guarantees.error()};
  auto limits = wire::limits_from_proto(wanted.limits());
  if (!limits)
    return failure{"QuotaConfig" + of_role + " with invalid limits: " + limits.error()};
  return role_quota{std::move(*guarantees), std::move(*limits), std::nullopt};
}

std::optional<std::string> quota_fault(const role_quotas& all) {
  auto below = sums_below(all);
  for (const auto& [role, quota] : all) {
    const auto& children = below[role];
    if (!quota.guarantees.empty() && !quota.guarantees.contains(children))
      return "The guarantees of the sub-roles of '" + role + "', '" + spaced_text(children) +
             "', exceed its own, '" + spaced_text(quota.guarantees) + "'";
    for (const auto& [name, limit] : quota.limits)
      if (std::max(quota.guarantees.get(name), children.get(name)) > limit)
        return "The guarantees for '" + name + "' of role '" + role + "' exceed its limit, " +
               to_text(limit);
  }
  return std::nullopt;
}

quantities total_guarantees(const role_quotas& all) {
  return sums_below(all)[""];
}

std::string spaced_text(const quantities& amounts) {
  std::string text;
  for (char c : to_text(amounts)) {
    text += c;
    if (c == ';')
      text += ' ';
  }
  return text;
}

} // namespace troupe::master
