#include "wire/resource_convert.hpp"

#include "model/contract.hpp"
#include "model/resource_text.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::wire {

namespace pb = mesos::v1;

namespace {

void write_labels_into(const label_list& labels, pb::Labels* out) {
  for (const auto& item : labels.items) {
    auto* written = out->add_labels();
    written->set_key(item.key);
    if (item.value)
      written->set_value(*item.value);
  }
}

// Principal and labels: what both formats share.
void write_reservation_details(const reservation& entry, pb::Resource::ReservationInfo* out) {
  if (entry.principal)
    out->set_principal(*entry.principal);
  if (!entry.labels.empty())
    write_labels_into(entry.labels, out->mutable_labels());
}

void write_stack(const resource& item, pb::Resource* out) {
  for (const auto& entry : item.reservations) {
    auto* written = out->add_reservations();
    written->set_type(entry.type == reservation_type::fixed
                          ? pb::Resource::ReservationInfo::STATIC
                          : pb::Resource::ReservationInfo::DYNAMIC);
    written->set_role(entry.role);
    write_reservation_details(entry, written);
  }
}

void write_role(const resource& item, pb::Resource* out) {
  const auto role = item.reservation_role();
  out->set_role(role.data(), role.size());
  if (item.is_dynamically_reserved())
    write_reservation_details(item.reservations.front(), out->mutable_reservation());
}

void write_source(const disk_source& source, pb::Resource::DiskInfo::Source* out) {
  using pb_source = pb::Resource::DiskInfo::Source;
  static constexpr pb_source::Type types[] = {pb_source::UNKNOWN, pb_source::PATH, pb_source::MOUNT,
                                              pb_source::BLOCK, pb_source::RAW};
  out->set_type(types[static_cast<std::size_t>(source.type)]);
  if (source.root && source.type == disk_source_type::path)
    out->mutable_path()->set_root(*source.root);
  if (source.root && source.type == disk_source_type::mount)
    out->mutable_mount()->set_root(*source.root);
  if (source.vendor)
    out->set_vendor(*source.vendor);
  if (source.id)
    out->set_id(*source.id);
  if (!source.metadata.empty())
    write_labels_into(source.metadata, out->mutable_metadata());
  if (source.profile)
    out->set_profile(*source.profile);
}

void write_disk(const disk_info& disk, pb::Resource::DiskInfo* out) {
  if (disk.persistence) {
    out->mutable_persistence()->set_id(disk.persistence->id);
    if (disk.persistence->principal)
      out->mutable_persistence()->set_principal(*disk.persistence->principal);
  }
  if (disk.volume) {
    auto* volume = out->mutable_volume();
    volume->set_container_path(disk.volume->container_path);
    volume->set_mode(disk.volume->mode == volume_mode::read_write ? pb::Volume::RW
                                                                  : pb::Volume::RO);
    if (disk.volume->host_path)
      volume->set_host_path(*disk.volume->host_path);
  }
  if (disk.source)
    write_source(*disk.source, out->mutable_source());
}

void write_ranges_into(const ranges& value, pb::Value::Ranges* out) {
  for (auto item : value) {
    auto* written = out->add_range();
    written->set_begin(item.begin);
    written->set_end(item.end);
  }
}

void write_set_into(const string_set& value, pb::Value::Set* out) {
  for (const auto& item : value)
    out->add_item(item);
}

void write_value(const resource::value_type& value, pb::Resource* out) {
  if (auto* amount = std::get_if<quantity>(&value)) {
    out->set_type(pb::Value::SCALAR);
    out->mutable_scalar()->set_value(amount->to_double());
  } else if (auto* numbers = std::get_if<ranges>(&value)) {
    out->set_type(pb::Value::RANGES);
    write_ranges_into(*numbers, out->mutable_ranges());
  } else {
    out->set_type(pb::Value::SET);
    write_set_into(std::get<string_set>(value), out->mutable_set());
  }
}

void write_resource(const resource& item, resource_format format, pb::Resource* out) {
  out->set_name(item.name);
  write_value(item.value, out);
  if (item.provider_id)
    out->mutable_provider_id()->set_value(*item.provider_id);
  if (item.allocation_role)
    out->mutable_allocation_info()->set_role(*item.allocation_role);
  bool refined = item.has_refined_reservations();
  if (format == resource_format::pre_refinement && refined)
    contract_violated(to_text(item) + " can't be written in the pre-refinement format");
  if (format != resource_format::post_refinement && !refined)
    write_role(item, out);
  if (format != resource_format::pre_refinement)
    write_stack(item, out);
  if (item.disk)
    write_disk(*item.disk, out->mutable_disk());
  if (item.revocable)
    out->mutable_revocable();
  if (item.shared)
    out->mutable_shared();
}

} // namespace

pb::Resource to_proto(const resource& item, resource_format format) {
  pb::Resource out;
  write_resource(item, format, &out);
  return out;
}

resource_list to_proto(const resources& items, resource_format format) {
  resource_list out;
  write_resources(items, format, &out);
  return out;
}

void write_resources(const resources& items, resource_format format, resource_list* out) {
  out->Clear();
  out->Reserve(static_cast<int>(items.size()));
  for (const auto& item : items) {
    if (format == resource_format::pre_refinement && item.has_refined_reservations())
      continue;
    for (std::uint32_t copy = 0; copy < item.copies; ++copy)
      write_resource(item, format, out->Add());
  }
}

google::protobuf::RepeatedPtrField<pb::Attribute>
attributes_to_proto(const std::vector<attribute>& attributes) {
  google::protobuf::RepeatedPtrField<pb::Attribute> out;
  for (const auto& item : attributes) {
    auto* written = out.Add();
    written->set_name(item.name);
    if (auto* number = std::get_if<double>(&item.value)) {
      written->set_type(pb::Value::SCALAR);
      written->mutable_scalar()->set_value(*number);
    } else if (auto* numbers = std::get_if<ranges>(&item.value)) {
      written->set_type(pb::Value::RANGES);
      write_ranges_into(*numbers, written->mutable_ranges());
    } else if (auto* set = std::get_if<string_set>(&item.value)) {
      written->set_type(pb::Value::SET);
      write_set_into(*set, written->mutable_set());
    } else {
      written->set_type(pb::Value::TEXT);
      written->mutable_text()->set_value(std::get<std::string>(item.value));
    }
  }
  return out;
}

namespace {

template <class Amounts>
scalar_map amounts_to_proto(const Amounts& amounts) {
  scalar_map out;
  for (const auto& [name, amount] : amounts)
    out[name].set_value(amount.to_double());
  return out;
}

} // namespace

scalar_map quantities_to_proto(const quantities& amounts) {
  return amounts_to_proto(amounts);
}

scalar_map limits_to_proto(const resource_limits& limits) {
  return amounts_to_proto(limits);
}

pb::Labels labels_to_proto(const label_list& labels) {
  pb::Labels out;
  write_labels_into(labels, &out);
  return out;
}

} // namespace troupe::wire
