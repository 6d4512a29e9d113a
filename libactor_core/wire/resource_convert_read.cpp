// Wire messages to model values: every check that a single resource needs.
#include "wire/resource_convert.hpp"

#include "model/roles.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::wire {

namespace pb = mesos::v1;

namespace {

// Nothing when all is well, else what is wrong.
using complaint = std::optional<std::string>;

outcome<ranges> read_ranges(const pb::Value::Ranges& message) {
  ranges result;
  for (const auto& item : message.range()) {
    auto text = std::to_string(item.begin()) + "-" + std::to_string(item.end());
    if (item.begin() > item.end())
      return failure{"range " + text + " ends before it begins"};
    if (result.intersects(ranges{{item.begin(), item.end()}}))
      return failure{"range " + text + " overlaps another one"};
    result.add({item.begin(), item.end()});
  }
  return result;
}

outcome<string_set> read_set(const pb::Value::Set& message) {
  string_set result{std::vector<std::string>(message.item().begin(), message.item().end())};
  if (result.size() != static_cast<std::size_t>(message.item_size()))
    return failure{"the set holds an item twice"};
  return result;
}

outcome<quantity> read_amount(double value) {
  if (value < 0)
    return failure{"the amount must not be negative"};
  auto amount = quantity::checked(value);
  if (!amount)
    return failure{"the amount is not a number or too big"};
  return *amount;
}

template <class Value, class T>
outcome<Value> widen(outcome<T> value) {
  if (!value)
    return failure{value.error()};
  return Value{std::move(*value)};
}

outcome<resource::value_type> read_value(const pb::Resource& message) {
  using result = resource::value_type;
  auto members = message.has_scalar() + message.has_ranges() + message.has_set();
  auto only = [&](bool has) { return has && members == 1; };
  switch (message.type()) {
  case pb::Value::SCALAR: {
    if (!only(message.has_scalar()))
      return failure{"type SCALAR needs 'scalar' and neither 'ranges' nor 'set'"};
    auto amount = read_amount(message.scalar().value());
    if (amount && message.name() == "gpus" && !amount->is_whole())
      return failure{"gpus must be a whole number"};
    return widen<result>(std::move(amount));
  }
  case pb::Value::RANGES:
    if (!only(message.has_ranges()))
      return failure{"type RANGES needs 'ranges' and neither 'scalar' nor 'set'"};
    return widen<result>(read_ranges(message.ranges()));
  case pb::Value::SET:
    if (!only(message.has_set()))
      return failure{"type SET needs 'set' and neither 'scalar' nor 'ranges'"};
    return widen<result>(read_set(message.set()));
  case pb::Value::TEXT:
    return failure{"type TEXT is not allowed for resources"};
  }
  return failure{"the type is unknown"};
}

reservation read_details(const pb::Resource::ReservationInfo& message, reservation_type type,
                         const std::string& role) {
  reservation entry;
  entry.type = type;
  entry.role = role;
  if (message.has_principal())
    entry.principal = message.principal();
  entry.labels = labels_from_proto(message.labels());
  return entry;
}

complaint read_stack(const pb::Resource& message, resource& item) {
  using info = pb::Resource::ReservationInfo;
  for (const auto& entry : message.reservations()) {
    if (entry.type() != info::STATIC && entry.type() != info::DYNAMIC)
      return "a reservation needs the type STATIC or DYNAMIC";
    if (auto reason = check_role(entry.role()))
      return "a reservation has a bad role: " + *reason;
    if (entry.role() == "*")
      return "a reservation must not be for the role '*'";
    bool first = item.reservations.empty();
    if (!first && entry.type() == info::STATIC)
      return "a refined reservation must be DYNAMIC";
    if (!first && !is_ancestor(item.reservations.back().role, entry.role()))
      return "reservation role '" + entry.role() + "' must be below '" +
             item.reservations.back().role + "', which it refines";
    item.reservations.push_back(read_details(
        entry, entry.type() == info::STATIC ? reservation_type::fixed : reservation_type::dynamic,
        entry.role()));
  }
  return {};
}

complaint read_role(const pb::Resource& message, resource& item) {
  if (auto reason = check_role(message.role()))
    return *reason;
  if (message.has_reservation()) {
    if (message.role() == "*")
      return "'reservation' needs a 'role' other than '*'";
    if (message.reservation().has_type() || message.reservation().has_role())
      return "'reservation' must not have a type or a role";
    item.reservations.push_back(
        read_details(message.reservation(), reservation_type::dynamic, message.role()));
  } else if (message.role() != "*") {
    item.reservations.push_back({reservation_type::fixed, message.role(), std::nullopt, {}});
  }
  return {};
}

complaint read_reservations(const pb::Resource& message, resource& item) {
  if (message.reservations_size() == 0)
    return read_role(message, item);
  if (message.has_role() || message.has_reservation())
    return "'reservations' must not be set together with 'role' or 'reservation'";
  return read_stack(message, item);
}

complaint read_source(const pb::Resource::DiskInfo::Source& message, disk_source& source) {
  using kind = pb::Resource::DiskInfo::Source;
  switch (message.type()) {
  case kind::PATH:
    source.type = disk_source_type::path;
    if (message.path().has_root())
      source.root = message.path().root();
    break;
  case kind::MOUNT:
    source.type = disk_source_type::mount;
    if (message.mount().has_root())
      source.root = message.mount().root();
    break;
  case kind::BLOCK:
    source.type = disk_source_type::block;
    break;
  case kind::RAW:
    source.type = disk_source_type::raw;
    break;
  default:
    return "the disk source has an unknown type";
  }
  if (message.has_path() && message.type() != kind::PATH)
    return "a disk source with 'path' must have the type PATH";
  if (message.has_mount() && message.type() != kind::MOUNT)
    return "a disk source with 'mount' must have the type MOUNT";
  if (message.has_id())
    source.id = message.id();
  if (message.has_profile())
    source.profile = message.profile();
  if (message.has_vendor())
    source.vendor = message.vendor();
  source.metadata = labels_from_proto(message.metadata());
  return {};
}

complaint read_disk(const pb::Resource::DiskInfo& message, resource& item) {
  if (item.name != "disk")
    return "only the resource 'disk' may have disk details";
  disk_info disk;
  if (message.has_persistence()) {
    disk.persistence = persistence{message.persistence().id(), std::nullopt};
    if (message.persistence().has_principal())
      disk.persistence->principal = message.persistence().principal();
  }
  if (message.has_volume()) {
    const auto& volume = message.volume();
    if (volume.has_image() || volume.has_source())
      return "the volume of a disk must not have an image or a source";
    disk.volume = disk_volume{
        volume.container_path(),
        volume.mode() == pb::Volume::RO ? volume_mode::read_only : volume_mode::read_write,
        volume.has_host_path() ? std::optional(volume.host_path()) : std::nullopt};
  }
  if (message.has_source())
    if (auto reason = read_source(message.source(), disk.source.emplace()))
      return reason;
  item.disk = std::move(disk);
  return {};
}

complaint read_rest(const pb::Resource& message, resource& item) {
  if (auto reason = read_reservations(message, item))
    return reason;
  if (message.has_disk())
    if (auto reason = read_disk(message.disk(), item))
      return reason;
  if (message.allocation_info().has_role()) {
    if (auto reason = check_role(message.allocation_info().role()))
      return "bad allocation role: " + *reason;
    item.allocation_role = message.allocation_info().role();
  }
  if (message.has_provider_id())
    item.provider_id = message.provider_id().value();
  item.revocable = message.has_revocable();
  item.shared = message.has_shared();
  if (item.shared && !item.is_persistent_volume())
    return "only persistent volumes can be shared";
  return {};
}

} // namespace

outcome<resource> from_proto(const pb::Resource& message) {
  if (message.name().empty())
    return failure{"a resource needs a name"};
  auto refused = [&](const std::string& why) {
    return failure{"resource '" + message.name() + "': " + why};
  };
  auto value = read_value(message);
  if (!value)
    return refused(value.error());
  resource item;
  item.name = message.name();
  item.value = std::move(*value);
  if (auto reason = read_rest(message, item))
    return refused(*reason);
  return item;
}

outcome<resources> from_proto(const resource_list& list) {
  resources result;
  result.reserve_space(static_cast<std::size_t>(list.size()));
  for (const auto& message : list) {
    auto item = from_proto(message);
    if (!item)
      return failure{item.error()};
    result.add(std::move(*item));
  }
  return result;
}

outcome<std::vector<attribute>>
attributes_from_proto(const google::protobuf::RepeatedPtrField<pb::Attribute>& list) {
  using result = attribute::value_type;
  auto read = [](const pb::Attribute& message) -> outcome<result> {
    if (message.type() == pb::Value::SCALAR && message.has_scalar())
      return result{message.scalar().value()};
    if (message.type() == pb::Value::RANGES && message.has_ranges())
      return widen<result>(read_ranges(message.ranges()));
    if (message.type() == pb::Value::SET && message.has_set())
      return widen<result>(read_set(message.set()));
    if (message.type() == pb::Value::TEXT && message.has_text())
      return result{message.text().value()};
    return failure{"the value does not match the type"};
  };
  std::vector<attribute> attributes;
  for (const auto& message : list) {
    auto value = read(message);
    if (!value)
      return failure{"attribute '" + message.name() + "': " + value.error()};
    attributes.push_back({message.name(), std::move(*value)});
  }
  return attributes;
}

namespace {

/// Into anything with amounts by name.
template <class Amounts>
outcome<Amounts> amounts_from_proto(const scalar_map& map) {
  Amounts result;
  for (const auto& [name, scalar] : map) {
    auto amount = read_amount(scalar.value());
    if (!amount)
      return failure{"resource '" + name + "': " + amount.error()};
    result.set(name, *amount);
  }
  return result;
}

} // namespace

outcome<quantities> quantities_from_proto(const scalar_map& map) {
  return amounts_from_proto<quantities>(map);
}

outcome<resource_limits> limits_from_proto(const scalar_map& map) {
  return amounts_from_proto<resource_limits>(map);
}

label_list labels_from_proto(const pb::Labels& labels) {
  label_list result;
  for (const auto& item : labels.labels())
    result.items.push_back(
        {item.key(), item.has_value() ? std::optional(item.value()) : std::nullopt});
  return result;
}

} // namespace troupe::wire
