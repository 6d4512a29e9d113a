#include "master/conversion_rules.hpp"

#include "master/wire_texts.hpp"
#include "model/resource_text.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::master {

namespace {

/// Who reserves or creates is named truthfully. `done` as in "a <done> operation".
fault check_principal(const conversion_place& place, const std::optional<std::string>& named,
                      const std::string& done, const std::string& what) {
  if (!place.principal || named == place.principal)
    return std::nullopt;
  return "A " + done + " operation was attempted by principal '" + *place.principal +
         "', but there is a " + what + " in the request with " +
         (named ? "principal '" + *named + "' set" : "no principal set");
}

fault check_refinement(const conversion_place& place, const resource& item) {
  if (!item.has_refined_reservations())
    return std::nullopt;
  if (!place.agent.options.reservation_refinement)
    return "Resource " + to_text(item) + " has a refined reservation, for which agent " +
           place.agent.id.value() + " lacks the capability RESERVATION_REFINEMENT";
  if (place.framework != nullptr && !place.framework->traits.reservation_refinement)
    return "Resource " + to_text(item) +
           " has a refined reservation, for which the framework lacks the capability "
           "RESERVATION_REFINEMENT";
  return std::nullopt;
}

fault check_role_of(const conversion_place& place, const resource& item) {
  std::string role(item.reservation_role());
  if (role.find('/') != std::string::npos && !place.agent.options.hierarchical_role)
    return "Resource " + to_text(item) + " is reserved for the hierarchical role '" + role +
           "', for which agent " + place.agent.id.value() +
           " lacks the capability HIERARCHICAL_ROLE";
  if (place.framework == nullptr)
    return std::nullopt;
  if (role != place.role)
    return "A reserve operation was attempted for a resource with role '" + role +
           "', but the resource was allocated to role '" + place.role + "'";
  if (!place.framework->traits.roles.contains(role))
    return "A reserve operation was attempted for a resource with role '" + role +
           "', which is not a role of the framework";
  return std::nullopt;
}

fault check_disk(const resource& item) {
  const auto invalid = [](const std::string& why) {
    return "Invalid resources: Invalid DiskInfo: " + why;
  };
  if (!item.is_persistent_volume())
    return "Invalid resources: " + to_text(item) + " is not a persistent volume";
  if (item.is_unreserved())
    return invalid("Persistent volumes cannot be created from unreserved resources");
  if (item.revocable)
    return invalid("Persistent volumes cannot be created from revocable resources");
  if (auto why = id_fault(item.disk->persistence->id))
    return invalid("Invalid persistence ID for persistent volume: " + *why);
  if (item.is_disk(disk_source_type::block) || item.is_disk(disk_source_type::raw))
    return invalid("Persistent volumes cannot be created from BLOCK or RAW disks");
  if (!item.disk->volume)
    return invalid("Expecting 'volume' to be set for persistent volume");
  if (item.disk->volume->host_path)
    return invalid("Expecting 'host_path' to be unset for persistent volume");
  if (item.disk->volume->mode != volume_mode::read_write)
    return invalid("Expecting the mode of a persistent volume to be RW");
  if (item.disk->volume->container_path.empty())
    return invalid("Expecting 'container_path' to be set for persistent volume");
  return std::nullopt;
}

bool same_name(const resource& a, const resource& b) {
  return a.reservation_role() == b.reservation_role() &&
         a.disk->persistence->id == b.disk->persistence->id;
}

fault check_unique(const conversion_place& place, const resources& volumes) {
  for (const auto& item : volumes) {
    auto same = [&](const resource& x) { return same_name(x, item); };
    auto created = std::count_if(volumes.begin(), volumes.end(), same);
    if (created > 1 || std::any_of(place.volumes.begin(), place.volumes.end(), same))
      return "Persistence ID '" + item.disk->persistence->id + "' is not unique";
  }
  return std::nullopt;
}

} // namespace

fault check_allocation(const conversion_place& place, const resource& item) {
  if (!item.allocation_role)
    return std::nullopt;
  if (place.framework == nullptr)
    return "Invalid resources: " + to_text(item) + " is allocated; an operator's must not be";
  if (*item.allocation_role != place.role)
    return "Invalid resources: " + to_text(item) + " is not allocated to role '" + place.role + "'";
  return std::nullopt;
}

fault check_reserved(const conversion_place& place, const resource& item) {
  if (!item.is_dynamically_reserved())
    return "Resource " + to_text(item) + " is not dynamically reserved";
  if (item.is_persistent_volume())
    return "A persistent volume " + to_text(item) + " must already be reserved";
  if (item.revocable)
    return "Revocable resource " + to_text(item) + " cannot be reserved";
  if (auto why = check_role_of(place, item))
    return why;
  if (auto why = check_refinement(place, item))
    return why;
  return check_principal(place, item.reservations.back().principal, "reserve", "reserved resource");
}

fault check_unreserved(const resource& item) {
  if (!item.is_dynamically_reserved())
    return "Resource " + to_text(item) + " is not dynamically reserved";
  if (item.is_persistent_volume())
    return "A dynamically reserved persistent volume " + to_text(item) +
           " cannot be unreserved directly. Please destroy the persistent volume first then "
           "unreserve the resource";
  return std::nullopt;
}

fault check_created(const conversion_place& place, const resources& volumes) {
  for (const auto& item : volumes) {
    if (auto why = check_disk(item))
      return why;
    if (item.copies > 1)
      return "Persistence ID '" + item.disk->persistence->id + "' is not unique";
    if (item.shared && place.framework != nullptr && !place.framework->traits.shared_resources)
      return "Shared volume " + to_text(item) +
             " needs the framework's capability SHARED_RESOURCES";
    if (auto why = check_principal(place, item.disk->persistence->principal, "create",
                                   "persistent volume"))
      return why;
  }
  return check_unique(place, volumes);
}

fault check_resized(const conversion_place& place, const resource& volume) {
  const auto& names = place.agent.capabilities;
  if (std::find(names.begin(), names.end(), "RESIZE_VOLUME") == names.end())
    return "Volumes of agent " + place.agent.id.value() +
           " cannot be resized: it lacks the capability RESIZE_VOLUME";
  if (!volume.is_persistent_volume())
    return "Resource " + to_text(volume) + " is not a persistent volume";
  if (volume.shared)
    return "Shared volume " + to_text(volume) + " cannot be resized";
  if (volume.is_disk(disk_source_type::mount))
    return "Volume " + to_text(volume) + " is a MOUNT disk, which has one size only";
  if (volume.provider_id)
    return "Volume " + to_text(volume) + " of a resource provider cannot be resized";
  return std::nullopt;
}

outcome<quantity> read_subtraction(const mesos::v1::Value::Scalar& amount, const resource& volume) {
  if (!std::isfinite(amount.value()) || amount.value() <= 0)
    return failure{"The value of 'subtract' must be positive"};
  // Compared as a number first: a huge one fits no quantity.
  if (amount.value() >= volume.scalar().to_double())
    return failure{"The value of 'subtract' must be less than the size of volume " +
                   to_text(volume)};
  auto exact = quantity::from_double(amount.value());
  if (exact.is_zero() || exact >= volume.scalar())
    return failure{"The value of 'subtract' must leave some of volume " + to_text(volume)};
  return exact;
}

} // namespace troupe::master
