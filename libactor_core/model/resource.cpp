#include "model/resource.hpp"

#include "model/roles.hpp"

#include <algorithm>

namespace troupe {

namespace {

bool same_box_or_disk(const boxed_optional<disk_info>& a, const boxed_optional<disk_info>& b) {
  if (a.same_box(b))
    return true;
  return a && b && a->same_disk(*b);
}

} // namespace

bool operator==(const label_list& a, const label_list& b) {
  return a.items.size() == b.items.size() &&
         std::is_permutation(a.items.begin(), a.items.end(), b.items.begin());
}

bool disk_info::same_disk(const disk_info& other) const {
  return persistence == other.persistence && source == other.source;
}

bool resource::is_empty() const {
  switch (value.index()) {
  case 0:
    return std::get<quantity>(value).is_zero();
  case 1:
    return std::get<ranges>(value).empty();
  default:
    return std::get<string_set>(value).empty();
  }
}

bool resource::is_reserved(std::string_view role) const {
  return is_reserved() && reservations.back().role == role;
}

bool resource::is_dynamically_reserved() const {
  return is_reserved() && reservations.back().type == reservation_type::dynamic;
}

std::string_view resource::reservation_role() const {
  return is_reserved() ? std::string_view(reservations.back().role) : "*";
}

bool resource::allocatable_to(std::string_view role) const {
  if (is_unreserved())
    return true;
  const auto& owner = reservations.back().role;
  return owner == role || is_ancestor(owner, role);
}

bool resource::is_exclusive() const {
  if (!disk)
    return false;
  if (disk->persistence)
    return true;
  if (!disk->source)
    return false;
  switch (disk->source->type) {
  case disk_source_type::mount:
    return true;
  case disk_source_type::block:
  case disk_source_type::raw:
    return disk->source->id.has_value();
  default:
    return false;
  }
}

bool resource::same_identity(const resource& other) const {
  return value.index() == other.value.index() && name == other.name &&
         revocable == other.revocable && shared == other.shared &&
         reservations.size() == other.reservations.size() &&
         allocation_role == other.allocation_role && same_box_or_disk(disk, other.disk) &&
         provider_id == other.provider_id && reservations == other.reservations;
}

bool shrink(resource& item, quantity limit) {
  if (!item.is_scalar())
    return false;
  if (item.scalar() <= limit)
    return true;
  if (item.is_exclusive() || item.shared)
    return false;
  item.value = limit;
  return true;
}

resource make_scalar(std::string name, double amount) {
  resource item;
  item.name = std::move(name);
  item.value = quantity::from_double(amount);
  return item;
}

resource make_ranges(std::string name, ranges value) {
  resource item;
  item.name = std::move(name);
  item.value = std::move(value);
  return item;
}

} // namespace troupe
