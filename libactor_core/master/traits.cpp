#include "master/traits.hpp"

#include "master/offer_minimum.hpp"

#include <mesos/v1/mesos.pb.h>
#include <troupe/link.pb.h>

#include <charconv>

namespace troupe::master {

using mesos::v1::AgentInfo;
using mesos::v1::FrameworkInfo;

framework_traits traits_of(const FrameworkInfo& info) {
  framework_traits traits;
  for (const auto& capability : info.capabilities()) {
    switch (capability.type()) {
    case FrameworkInfo::Capability::REVOCABLE_RESOURCES:
      traits.revocable_resources = true;
      break;
    case FrameworkInfo::Capability::GPU_RESOURCES:
      traits.gpu_resources = true;
      break;
    case FrameworkInfo::Capability::SHARED_RESOURCES:
      traits.shared_resources = true;
      break;
    case FrameworkInfo::Capability::PARTITION_AWARE:
      traits.partition_aware = true;
      break;
    case FrameworkInfo::Capability::MULTI_ROLE:
      traits.multi_role = true;
      break;
    case FrameworkInfo::Capability::RESERVATION_REFINEMENT:
      traits.reservation_refinement = true;
      break;
    case FrameworkInfo::Capability::REGION_AWARE:
      traits.region_aware = true;
      break;
    case FrameworkInfo::Capability::TASK_KILLING_STATE:
      break; // the executor's business
    case FrameworkInfo::Capability::UNKNOWN:
      break;
    }
  }
  if (traits.multi_role)
    traits.roles.insert(info.roles().begin(), info.roles().end());
  else
    traits.roles.insert(info.role());
  // What is wrong with it was refused by `validate` before the framework came into the books.
  if (auto minimum = offer_minimum(info, traits.roles))
    traits.minimum = std::move(*minimum);
  return traits;
}

framework_options options_of(const framework_traits& traits,
                             const std::set<std::string>& suppressed) {
  framework_options options;
  options.roles = traits.roles;
  options.suppressed_roles = suppressed;
  options.revocable_resources = traits.revocable_resources;
  options.gpu_resources = traits.gpu_resources;
  options.shared_resources = traits.shared_resources;
  options.multi_role = traits.multi_role;
  options.reservation_refinement = traits.reservation_refinement;
  options.region_aware = traits.region_aware;
  options.minimum = traits.minimum;
  return options;
}

wire::resource_format format_of(const framework_traits& traits) {
  return traits.reservation_refinement ? wire::resource_format::post_refinement
                                       : wire::resource_format::pre_refinement;
}

std::optional<agent_address> parse_pid(const std::string& pid) {
  auto at = pid.find('@');
  auto colon = pid.rfind(':');
  if (at == std::string::npos || at == 0 || colon == std::string::npos || colon <= at + 1)
    return std::nullopt;
  agent_address address{"/" + pid.substr(0, at), pid.substr(at + 1, colon - at - 1), 0};
  const char* end = pid.data() + pid.size();
  auto [stop, error] = std::from_chars(pid.data() + colon + 1, end, address.port);
  if (error != std::errc{} || stop != end || address.port < 0 || address.port > 65535)
    return std::nullopt;
  return address;
}

agent_traits options_of(const link::RegisterAgent& agent, bool master_has_domain) {
  agent_traits options;
  options.hostname = agent.agent().hostname();
  options.multi_role = options.hierarchical_role = options.reservation_refinement = false;
  for (const auto& capability : agent.capabilities()) {
    switch (capability.type()) {
    case AgentInfo::Capability::MULTI_ROLE:
      options.multi_role = true;
      break;
    case AgentInfo::Capability::HIERARCHICAL_ROLE:
      options.hierarchical_role = true;
      break;
    case AgentInfo::Capability::RESERVATION_REFINEMENT:
      options.reservation_refinement = true;
      break;
    default:
      break; // no matter to the allocator
    }
  }
  if (master_has_domain && agent.agent().domain().has_fault_domain())
    options.region = agent.agent().domain().fault_domain().region().name();
  return options;
}

} // namespace troupe::master
