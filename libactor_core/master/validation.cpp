#include "master/validation.hpp"

#include "master/offer_minimum.hpp"
#include "master/traits.hpp"
#include "master/wire_texts.hpp"

#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/scheduler.pb.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <vector>

namespace troupe::master {

using mesos::v1::FrameworkInfo;
using mesos::v1::scheduler::Call;

namespace {

using fault = std::optional<std::string>;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

fault expecting(const std::string& field) {
  return "Expecting '" + field + "' to be present";
}

/// TEARDOWN has no member, those of REVIVE and SUPPRESS are optional.
bool needs_member(Call::Type type) {
  return type != Call::UNKNOWN && type != Call::TEARDOWN && type != Call::REVIVE &&
         type != Call::SUPPRESS;
}

/// The member of a call is named like its type.
fault check_member(const Call& call) {
  if (!needs_member(call.type()))
    return std::nullopt;
  auto name = lower(Call::Type_Name(call.type()));
  const auto* field = Call::descriptor()->FindFieldByName(name);
  if (field == nullptr || call.GetReflection()->HasField(call, field))
    return std::nullopt;
  return expecting(name);
}

fault check_same_id(const Call& call, const FrameworkInfo& info, const std::string& member) {
  if (call.framework_id().value() == info.id().value())
    return std::nullopt;
  return "'framework_id' differs from '" + member + ".framework_info.id'";
}

fault check_uuid(const std::string& uuid) {
  if (uuid.size() != 16)
    return "Not a valid UUID";
  return std::nullopt;
}

fault check_operation_acknowledgement(const Call::AcknowledgeOperationStatus& acknowledge) {
  if (auto why = check_uuid(acknowledge.uuid()))
    return why;
  if (!acknowledge.has_agent_id())
    return expecting("agent_id");
  if (!acknowledge.has_resource_provider_id())
    return expecting("resource_provider_id");
  return std::nullopt;
}

fault check(const Call& call) {
  if (!call.IsInitialized())
    return "Not initialized: " + call.InitializationErrorString();
  if (!call.has_type())
    return expecting("type");
  if (call.type() == Call::SUBSCRIBE) {
    auto why = check_member(call);
    return why ? why : check_same_id(call, call.subscribe().framework_info(), "subscribe");
  }
  if (!call.has_framework_id())
    return expecting("framework_id");
  if (auto why = check_member(call))
    return why;
  switch (call.type()) {
  case Call::ACKNOWLEDGE:
    return check_uuid(call.acknowledge().uuid());
  case Call::ACKNOWLEDGE_OPERATION_STATUS:
    return check_operation_acknowledgement(call.acknowledge_operation_status());
  case Call::UPDATE_FRAMEWORK:
    return check_same_id(call, call.update_framework().framework_info(), "update_framework");
  default:
    return std::nullopt;
  }
}

std::string joined(const std::vector<std::string>& items) {
  std::string text = "{ ";
  for (const auto& item : items)
    text += (&item == &items.front() ? "" : ", ") + item;
  return text + " }";
}

fault check_roles(const FrameworkInfo& info) {
  bool multi_role = traits_of(info).multi_role;
  if (!multi_role && info.roles_size() > 0)
    return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
  if (multi_role && info.has_role())
    return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
  if (!multi_role) {
    auto why = role_fault(info.role());
    return why ? "'FrameworkInfo.role' is not a valid role: " + *why : why;
  }
  std::set<std::string> seen;
  std::vector<std::string> twice;
  for (const auto& role : info.roles())
    if (!seen.insert(role).second)
      twice.push_back(role);
  if (!twice.empty())
    return "'FrameworkInfo.roles' contains duplicate items: " + joined(twice);
  for (const auto& role : info.roles())
    if (auto why = role_fault(role))
      return "'FrameworkInfo.roles' contains invalid role: " + *why;
  return std::nullopt;
}

std::string shortest(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

fault check_failover_timeout(double seconds) {
  // Nanoseconds have to fit 64 bits; the limit itself is not exact as a double.
  constexpr double limit = 9223372036.0;
  if (std::isfinite(seconds) && seconds < limit && seconds > -limit)
    return std::nullopt;
  return "The framework failover_timeout (" + shortest(seconds) + ") is invalid";
}

} // namespace

fault validate(const Call& call) {
  auto why = check(call);
  return why ? "Failed to validate scheduler::Call: " + *why : why;
}

fault validate(const FrameworkInfo& info) {
  if (auto why = check_roles(info))
    return why;
  if (!info.id().value().empty())
    if (auto why = id_fault(info.id().value()))
      return why;
  if (auto minimum = offer_minimum(info, traits_of(info).roles); !minimum)
    return minimum.error();
  return check_failover_timeout(info.failover_timeout());
}

fault validate_suppressed(const std::set<std::string>& suppressed,
                          const std::set<std::string>& roles) {
  for (const auto& role : suppressed)
    if (!roles.contains(role))
      return "Suppressed role '" + role + "' is not contained in the list of roles";
  return std::nullopt;
}

} // namespace troupe::master
