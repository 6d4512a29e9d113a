/// What the infos of frameworks and agents mean, read once instead of at every use.
#pragma once

#include "protocol/allocator.hpp"
#include "wire/resource_convert.hpp"

#include <optional>
#include <set>
#include <string>

namespace mesos::v1 {
class DomainInfo;
}

namespace troupe::link {
class RegisterAgent;
}

namespace troupe::master {

/// Roles and capabilities of a framework.
struct framework_traits {
  std::set<std::string> roles;
  bool multi_role = false;
  bool partition_aware = false;
  bool reservation_refinement = false;
  bool revocable_resources = false;
  bool gpu_resources = false;
  bool shared_resources = false;
  bool region_aware = false;
  std::map<std::string, std::vector<quantities>> minimum; ///< of an offer, see offer_minimum
};

framework_traits traits_of(const mesos::v1::FrameworkInfo& info);

/// The same for the allocator.
framework_options options_of(const framework_traits& traits,
                             const std::set<std::string>& suppressed);

/// How resources are written for this framework.
wire::resource_format format_of(const framework_traits& traits);

/// Where an agent's HTTP API is, read from "slave(1)@10.0.0.1:5051".
struct agent_address {
  std::string path; ///< "/slave(1)"
  std::string ip;
  int port = 0;
};

/// Nothing when `pid` has another form.
std::optional<agent_address> parse_pid(const std::string& pid);

/// The agent as the allocator sees it. A region counts only when the master has one too.
agent_traits options_of(const link::RegisterAgent& agent, bool master_has_domain);

} // namespace troupe::master
