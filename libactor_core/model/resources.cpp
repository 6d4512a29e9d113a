#include "model/resources.hpp"

#include "model/contract.hpp"
#include "model/resource_text.hpp"

#include <algorithm>

namespace troupe {

namespace {

// How one resource relates to another in a bag: an indivisible one counts, a divisible one adds up.
bool indivisible(const resource& item) {
  return item.shared || item.is_exclusive();
}

// The entry that `item` would merge with or be taken from, or end.
template <class Items>
auto find_counterpart(Items& items, const resource& item) {
  if (indivisible(item))
    return std::find_if(items.begin(), items.end(), [&](const resource& x) {
      return x.value == item.value && x.same_identity(item);
    });
  return std::find_if(items.begin(), items.end(),
                      [&](const resource& x) { return x.same_identity(item); });
}

void add_value(resource::value_type& into, const resource::value_type& value) {
  std::visit([&](auto& x) { x += std::get<std::decay_t<decltype(x)>>(value); }, into);
}

void subtract_value(resource::value_type& from, const resource::value_type& value) {
  std::visit([&](auto& x) { x -= std::get<std::decay_t<decltype(x)>>(value); }, from);
}

bool value_contains(const resource::value_type& all, const resource::value_type& part) {
  if (auto* amount = std::get_if<quantity>(&all))
    return std::get<quantity>(part) <= *amount;
  if (auto* numbers = std::get_if<ranges>(&all))
    return numbers->contains(std::get<ranges>(part));
  return std::get<string_set>(all).contains(std::get<string_set>(part));
}

} // namespace

resources::resources(std::initializer_list<resource> items) {
  reserve_space(items.size());
  for (const auto& item : items)
    merge(item);
}

resources::resources(std::vector<resource> items) {
  reserve_space(items.size());
  for (auto& item : items)
    merge(std::move(item));
}

template <class Resource>
void resources::merge(Resource&& item) {
  if (item.is_empty())
    return;
  auto& items = items_.write();
  auto at = item.is_exclusive() && !item.shared ? items.end() : find_counterpart(items, item);
  if (at == items.end()) {
    items.push_back(std::forward<Resource>(item));
  } else if (item.shared) {
    at->copies += item.copies;
  } else {
    add_value(at->value, item.value);
    if (at->is_empty()) // a negative amount has met its opposite
      items.erase(at);
  }
}

void resources::add(resource item) {
  merge(std::move(item));
}

bool resources::contains(const resource& item) const {
  if (item.is_empty())
    return true;
  auto at = find_counterpart(items_.read(), item);
  if (at == end())
    return false;
  return item.shared ? item.copies <= at->copies : value_contains(at->value, item.value);
}

bool resources::contains(const resources& other) const {
  if (same_body(other))
    return true;
  for (auto item = other.begin(); item != other.end(); ++item) {
    if (!contains(*item))
      return false;
    if (item->shared || !item->is_exclusive())
      continue;
    // Equal exclusive resources are separate entries: each needs its own counterpart here.
    auto same = [&](const resource& x) { return x.value == item->value && x.same_identity(*item); };
    if (std::count_if(other.begin(), item + 1, same) > std::count_if(begin(), end(), same))
      return false;
  }
  return true;
}

void resources::take(const resource& item) {
  if (item.is_empty())
    return;
  auto& items = items_.write();
  auto at = find_counterpart(items, item);
  if (item.shared) {
    at->copies -= item.copies;
    if (at->copies == 0)
      items.erase(at);
  } else if (item.is_exclusive()) {
    items.erase(at);
  } else {
    subtract_value(at->value, item.value);
    if (at->is_empty())
      items.erase(at);
  }
}

bool resources::subtract_if_contained(const resources& other) {
  if (!contains(other))
    return false;
  if (same_body(other)) {
    items_ = {};
    return true;
  }
  for (const auto& item : other)
    take(item);
  return true;
}

std::optional<resources> resources::try_subtract(const resources& other) const {
  if (!contains(other))
    return std::nullopt;
  resources rest = *this;
  for (const auto& item : other)
    rest.take(item);
  return rest;
}

resources& resources::operator+=(const resources& other) {
  if (empty()) {
    items_ = other.items_;
    return *this;
  }
  if (&other == this)
    return *this += resources(other);
  for (const auto& item : other)
    merge(item);
  return *this;
}

resources& resources::operator+=(resources&& other) {
  if (empty()) {
    items_ = std::move(other.items_);
    return *this;
  }
  if (&other == this)
    return *this += resources(std::as_const(other));
  for (auto& item : std::move(other.items_).take())
    merge(std::move(item));
  return *this;
}

resources& resources::operator+=(resource item) {
  merge(std::move(item));
  return *this;
}

resources& resources::operator-=(const resources& other) {
  if (!subtract_if_contained(other))
    contract_violated("resources " + to_text(*this) + " do not contain " + to_text(other));
  return *this;
}

bool operator==(const resources& a, const resources& b) {
  if (a.same_body(b))
    return true;
  if (a.size() != b.size())
    return false;
  // Mostly the order is the same too.
  auto same_entry = [](const resource& x, const resource& y) {
    return x.value == y.value && x.copies == y.copies && x.same_identity(y);
  };
  if (std::equal(a.begin(), a.end(), b.begin(), same_entry))
    return true;
  // With as many entries on both sides, containment both ways leaves nothing over.
  return a.contains(b) && b.contains(a);
}

std::ostream& operator<<(std::ostream& out, const resources& value) {
  return out << to_text(value);
}

} // namespace troupe
