/// Whether quotas make sense: each by itself, together, and on this cluster. Pure.
#pragma once

#include "model/outcome.hpp"
#include "protocol/quota.hpp"

#include <set>

namespace mesos::v1::quota {
class QuotaConfig;
class QuotaRequest;
} // namespace mesos::v1::quota

namespace troupe::master {

using role_list = std::optional<std::set<std::string>>;

/// Reads the guarantee of SET_QUOTA, which is its limit, too: a guarantee of 0 forbids the resource.
outcome<role_quota> read_quota(const mesos::v1::quota::QuotaRequest& wanted,
                               const role_list& allowed);
/// Reads one quota of UPDATE_QUOTA; both empty: none.
outcome<role_quota> read_quota(const mesos::v1::quota::QuotaConfig& wanted,
                               const role_list& allowed);

/// The rules between roles: what sub-roles are guaranteed together stays within their parent's
/// guarantee, if it has one, and a role's guarantees within its limits.
std::optional<std::string> quota_fault(const role_quotas& all);

/// What all roles are guaranteed together.
quantities total_guarantees(const role_quotas& all);

/// `cpus:4; mem:1024`, as error texts show it.
std::string spaced_text(const quantities& amounts);

} // namespace troupe::master
