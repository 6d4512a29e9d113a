/// What a framework wants an offer to have at least: its `offer_filters`.
#pragma once

#include "model/outcome.hpp"
#include "model/quantity.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace mesos::v1 {
class FrameworkInfo;
}

namespace troupe::master {

/// By role: an offer must reach one of the sets; a role that is absent follows the master's minimum,
/// no sets means that it wants anything. Filters of a role that is not one of `roles` count for nothing,
/// as in the peer. The error names the amount that is wrong.
outcome<std::map<std::string, std::vector<quantities>>>
offer_minimum(const mesos::v1::FrameworkInfo& info, const std::set<std::string>& roles);

} // namespace troupe::master
