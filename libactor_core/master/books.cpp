#include "master/books.hpp"

namespace troupe::master {

namespace {

template <class Map, class Id>
auto* look_up(Map& map, const Id& id) {
  auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

} // namespace

void agent_entry::take_into_use(const resources& items) {
  for (const auto& item : items) {
    if (!item.is_scalar())
      continue;
    (item.revocable ? used_revocable : used).add(item.name, item.scalar());
    if (!item.revocable && item.allocation_role)
      used_by_role[*item.allocation_role].add(item.name, item.scalar());
  }
}

void agent_entry::put_out_of_use(const resources& items) {
  for (const auto& item : items) {
    if (!item.is_scalar())
      continue;
    (item.revocable ? used_revocable : used).subtract_saturating(item.name, item.scalar());
    if (item.revocable || !item.allocation_role)
      continue;
    auto& left = used_by_role[*item.allocation_role];
    left.subtract_saturating(item.name, item.scalar());
    if (left.empty())
      used_by_role.erase(*item.allocation_role);
  }
}

framework_entry* books::find(const framework_id& id) {
  return look_up(frameworks, id);
}

agent_entry* books::find(const agent_id& id) {
  return look_up(agents, id);
}

} // namespace troupe::master
