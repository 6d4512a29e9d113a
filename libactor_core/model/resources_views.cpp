// Parts and sums of a bag. A part of a merged bag is merged already; a bag whose entries were
// changed is merged anew.
#include "model/contract.hpp"
#include "model/resources.hpp"

#include <utility>

namespace troupe {

void resources::merge_anew() {
  *this = resources(std::move(items_).take());
}

void resources::set_allocation(const std::optional<std::string>& role) {
  // As long as all entries had the same allocation before, none can merge now.
  bool uniform = true;
  if (empty())
    return;
  auto& items = items_.write();
  const auto before = items.front().allocation_role;
  for (auto& item : items) {
    uniform = uniform && item.allocation_role == before;
    item.allocation_role = role;
  }
  if (!uniform)
    merge_anew();
}

template <class Change>
resources resources::changed(Change change) const {
  auto result = *this;
  for (auto& item : result.items_.write())
    change(item);
  result.merge_anew();
  return result;
}

resources resources::unreserved() const {
  return filter([](const resource& x) { return x.is_unreserved(); });
}

resources resources::reserved() const {
  return filter([](const resource& x) { return x.is_reserved(); });
}

resources resources::reserved(std::string_view role) const {
  return filter([&](const resource& x) { return x.is_reserved(role); });
}

std::map<std::string, resources> resources::reservations() const {
  std::map<std::string, resources> result;
  for (const auto& item : *this)
    if (item.is_reserved())
      result[item.reservations.back().role].items_.write().push_back(item);
  return result;
}

resources resources::allocatable_to(std::string_view role) const {
  return filter([&](const resource& x) { return x.allocatable_to(role); });
}

resources resources::revocable() const {
  return filter([](const resource& x) { return x.revocable; });
}

resources resources::non_revocable() const {
  return filter([](const resource& x) { return !x.revocable; });
}

resources resources::shared() const {
  return filter([](const resource& x) { return x.shared; });
}

resources resources::non_shared() const {
  return filter([](const resource& x) { return !x.shared; });
}

resources resources::persistent_volumes() const {
  return filter([](const resource& x) { return x.is_persistent_volume(); });
}

resources resources::named(std::string_view name) const {
  return filter([&](const resource& x) { return x.name == name; });
}

resources resources::allocated_to_role(std::string_view role) const& {
  return resources(*this).allocated_to_role(role);
}

resources resources::allocated_to_role(std::string_view role) && {
  set_allocation(std::string(role));
  return std::move(*this);
}

resources resources::unallocated() const& {
  return resources(*this).unallocated();
}

resources resources::unallocated() && {
  set_allocation(std::nullopt);
  return std::move(*this);
}

std::map<std::string, resources> resources::allocations() const {
  std::map<std::string, resources> result;
  for (const auto& item : *this) {
    expects(item.allocation_role.has_value(), "allocations() of a resource without allocation");
    result[*item.allocation_role].items_.write().push_back(item);
  }
  return result;
}

resources resources::pushed_reservation(const reservation& top) const {
  return changed([&](resource& x) { x.reservations.push_back(top); });
}

resources resources::popped_reservation() const {
  return changed([](resource& x) {
    expects(x.is_reserved(), "popped_reservation() of an unreserved resource");
    x.reservations.pop_back();
  });
}

resources resources::to_unreserved() const {
  return changed([](resource& x) { x.reservations.clear(); });
}

quantities resources::scalars() const {
  quantities sums;
  sums.reserve_space(size());
  for (const auto& item : *this)
    if (auto* amount = std::get_if<quantity>(&item.value))
      sums.add(item.name, *amount);
  return sums;
}

quantities resources::all_quantities() const {
  quantities sums;
  // Counts beyond what a quantity holds (2^63 thousandths) mean "more than anybody asks for".
  auto whole = [](std::uint64_t count) {
    return quantity::from_double(static_cast<double>(count));
  };
  for (const auto& item : *this) {
    if (auto* amount = std::get_if<quantity>(&item.value))
      sums.add(item.name, *amount);
    else if (auto* numbers = std::get_if<ranges>(&item.value))
      sums.add(item.name, whole(numbers->count()));
    else
      sums.add(item.name, whole(std::get<string_set>(item.value).size()));
  }
  return sums;
}

quantity resources::get_scalar(std::string_view name) const {
  quantity sum;
  for (const auto& item : *this)
    if (auto* amount = std::get_if<quantity>(&item.value); amount && item.name == name)
      sum += *amount;
  return sum;
}

ranges resources::get_ranges(std::string_view name) const {
  ranges sum;
  for (const auto& item : *this)
    if (auto* numbers = std::get_if<ranges>(&item.value); numbers && item.name == name)
      sum += *numbers;
  return sum;
}

string_set resources::get_set(std::string_view name) const {
  string_set sum;
  for (const auto& item : *this)
    if (auto* items = std::get_if<string_set>(&item.value); items && item.name == name)
      sum += *items;
  return sum;
}

} // namespace troupe
