/// Operations that convert resources, and resources in the forms that they make.
#pragma once

#include "world.hpp"

#include "model/checkpointed.hpp"
#include "wire/resource_convert.hpp"

#include <catch2/catch.hpp>

namespace troupe::master::test {

using mesos::v1::Offer;
using Operation = Offer::Operation;

inline resource scalar(const std::string& name, double amount) {
  return make_scalar(name, amount);
}

inline resource reserved(resource item, const std::string& role,
                         std::optional<std::string> principal = std::nullopt) {
  item.reservations.push_back({reservation_type::dynamic, role, std::move(principal), {}});
  return item;
}

inline resource volume(const std::string& id, double amount, const std::string& role,
                       const std::string& path = "data") {
  auto item = reserved(scalar("disk", amount), role);
  disk_info disk;
  disk.persistence = persistence{id, std::nullopt};
  disk.volume = disk_volume{path, volume_mode::read_write, std::nullopt};
  item.disk = disk;
  return item;
}

inline resource shared_volume(const std::string& id, double amount, const std::string& role) {
  auto item = volume(id, amount, role);
  item.shared = true;
  return item;
}

inline mesos::v1::Resource message_of(const resource& item) {
  return wire::to_proto(item, wire::resource_format::post_refinement);
}
inline wire::resource_list message_of(const resources& items) {
  return wire::to_proto(items, wire::resource_format::post_refinement);
}

inline Operation reserve(const resources& items) {
  Operation operation;
  operation.set_type(Operation::RESERVE);
  *operation.mutable_reserve()->mutable_resources() = message_of(items);
  return operation;
}
inline Operation unreserve(const resources& items) {
  Operation operation;
  operation.set_type(Operation::UNRESERVE);
  *operation.mutable_unreserve()->mutable_resources() = message_of(items);
  return operation;
}
inline Operation create(const resources& items) {
  Operation operation;
  operation.set_type(Operation::CREATE);
  *operation.mutable_create()->mutable_volumes() = message_of(items);
  return operation;
}
inline Operation destroy(const resources& items) {
  Operation operation;
  operation.set_type(Operation::DESTROY);
  *operation.mutable_destroy()->mutable_volumes() = message_of(items);
  return operation;
}
inline Operation grow(const resource& volume, const resource& addition) {
  Operation operation;
  operation.set_type(Operation::GROW_VOLUME);
  *operation.mutable_grow_volume()->mutable_volume() = message_of(volume);
  *operation.mutable_grow_volume()->mutable_addition() = message_of(addition);
  return operation;
}
inline Operation shrink(const resource& volume, double amount) {
  Operation operation;
  operation.set_type(Operation::SHRINK_VOLUME);
  *operation.mutable_shrink_volume()->mutable_volume() = message_of(volume);
  operation.mutable_shrink_volume()->mutable_subtract()->set_value(amount);
  return operation;
}
inline Operation launch(const std::vector<mesos::v1::TaskInfo>& tasks) {
  Operation operation;
  operation.set_type(Operation::LAUNCH);
  for (const auto& task : tasks)
    *operation.mutable_launch()->add_task_infos() = task;
  return operation;
}

inline Call accept(const std::vector<std::string>& offers,
                   const std::vector<Operation>& operations) {
  Call call;
  call.set_type(Call::ACCEPT);
  for (const auto& offer : offers)
    call.mutable_accept()->add_offer_ids()->set_value(offer);
  for (const auto& operation : operations)
    *call.mutable_accept()->add_operations() = operation;
  return call;
}

/// The allocator offers these, whatever their form.
inline std::vector<std::string> offer(world& w, const scheduler& to, const worker& on,
                                      const resources& items, const std::string& role) {
  auto before = w.changes<delta::offer_added>().size();
  w.take(w.core.offers({allocation{to.id, role, on.id, items.allocated_to_role(role)}}, w.now));
  std::vector<std::string> ids;
  auto added = w.changes<delta::offer_added>();
  for (std::size_t i = before; i < added.size(); ++i)
    ids.push_back(added[i].offer->id().value());
  return ids;
}

/// The agent's total as readers see it.
inline resources shown_total(const world& w, const agent_id& agent) {
  resources total;
  for (const auto& change : w.core.snapshot())
    if (const auto* x = std::get_if<delta::agent_changed>(&change))
      if (x->agent->id == agent)
        total = x->agent->total;
  return total;
}

/// What the agent was last told to remember.
inline resources told_to_remember(const world& w, const worker& agent) {
  auto records = w.records(agent, troupe::link::ToAgent::kCheckpointResources);
  REQUIRE(!records.empty());
  return *wire::from_proto(records.back().checkpoint_resources().resources());
}

} // namespace troupe::master::test
