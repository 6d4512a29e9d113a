#include "master/offer_minimum.hpp"

#include "wire/resource_convert.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

outcome<std::map<std::string, std::vector<quantities>>>
offer_minimum(const mesos::v1::FrameworkInfo& info, const std::set<std::string>& roles) {
  std::map<std::string, std::vector<quantities>> result;
  for (const auto& [role, filters] : info.offer_filters()) {
    if (!roles.contains(role) || !filters.has_min_allocatable_resources())
      continue;
    auto& sets = result[role];
    for (const auto& set : filters.min_allocatable_resources().quantities()) {
      auto amounts = wire::quantities_from_proto(set.quantities());
      if (!amounts)
        return failure{"'FrameworkInfo.offer_filters' of role '" + role +
                       "' is invalid: " + amounts.error()};
      sets.push_back(std::move(*amounts));
    }
  }
  return result;
}

} // namespace troupe::master
