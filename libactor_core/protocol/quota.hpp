/// What operators set for roles, as the registry keeps it and readers see it.
#pragma once

#include "protocol/base.hpp"

#include "model/quantity.hpp"
#include "model/resource_limits.hpp"

#include <map>
#include <optional>
#include <string>

namespace troupe {

/// What a role and its sub-roles are guaranteed of unreserved resources, and at most get. A name
/// without a limit is unlimited, one with a limit of 0 forbidden.
struct role_quota {
  quantities guarantees;
  resource_limits limits;
  std::optional<std::string> principal; ///< who set it

  bool operator==(const role_quota&) const = default;
};

/// By role.
using role_quotas = std::map<std::string, role_quota>;
/// By full role path; only those that were set.
using role_weights = std::map<std::string, double>;

} // namespace troupe
