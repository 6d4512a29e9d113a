#include "allocator/quota_books.hpp"

#include <algorithm>

namespace troupe::allocator {

void quota_books::set(std::string_view path, std::span<const scalar_amount> guarantees,
                      std::span<const scalar_amount> limits) {
  auto n = find(path);
  auto& role = roles_[n];
  bool is_set = !guarantees.empty() || !limits.empty();
  quotas_ += (is_set ? 1 : 0) - (role.set ? 1 : 0);
  role.set = is_set;
  role.guaranteed = !guarantees.empty();
  for (auto& entry : role.entries) {
    entry.guarantee = 0;
    entry.limit = unlimited;
  }
  for (auto amount : guarantees)
    slot(n, amount.resource).guarantee = amount.milli;
  for (auto amount : limits)
    slot(n, amount.resource).limit = amount.milli;
  for (std::uint32_t i = 0; i < roles_[n].entries.size(); ++i)
    refresh(n, i);
}

void quota_books::forget_use() {
  std::fill(available_.begin(), available_.end(), 0);
  std::fill(required_.begin(), required_.end(), 0);
  needy_ = 0;
  for (auto& role : roles_)
    for (auto& entry : role.entries)
      entry.consumed = entry.needs_below = entry.need = 0;
  for (node n = 0; n < roles_.size(); ++n)
    for (std::uint32_t i = 0; i < roles_[n].entries.size(); ++i)
      refresh(n, i);
}

quota_books::node quota_books::find(std::string_view path) {
  std::string key(path);
  if (auto known = by_path_.find(key); known != by_path_.end())
    return known->second;
  auto slash = path.rfind('/');
  auto parent = slash == std::string_view::npos ? none : find(path.substr(0, slash));
  auto made = static_cast<node>(roles_.size());
  auto& role = roles_.emplace_back();
  role.path = key;
  role.parent = parent;
  by_path_.emplace(std::move(key), made);
  return made;
}

void quota_books::consume(node role, std::span<const scalar_amount> amounts, std::int64_t sign) {
  for (auto amount : amounts)
    add(role, amount.resource, sign * amount.milli);
}

void quota_books::change_available(std::span<const scalar_amount> amounts, std::int64_t sign) {
  for (auto amount : amounts) {
    grow(available_, amount.resource);
    available_[amount.resource] += sign * amount.milli;
  }
}

bool quota_books::is_guaranteed(node role) const {
  for (; role != none; role = roles_[role].parent)
    if (roles_[role].guaranteed)
      return true;
  return false;
}

bool quota_books::is_guaranteed(node role, std::uint32_t resource) const {
  for (; role != none; role = roles_[role].parent)
    if (at(role, resource).guarantee > 0)
      return true;
  return false;
}

std::int64_t quota_books::wanted(node role, std::uint32_t resource) const {
  std::int64_t most = 0;
  for (auto n = role; n != none; n = roles_[n].parent) {
    auto entry = at(n, resource);
    most = std::max(most, entry.guarantee - entry.consumed);
  }
  return std::min(most, room(role, resource));
}

std::int64_t quota_books::room(node role, std::uint32_t resource) const {
  auto least = unlimited;
  for (; role != none; role = roles_[role].parent)
    if (auto entry = at(role, resource); entry.limit != unlimited)
      least = std::min(least, std::max<std::int64_t>(0, entry.limit - entry.consumed));
  return least;
}

std::int64_t quota_books::surplus(std::uint32_t resource) const {
  auto of = [&](const std::vector<std::int64_t>& amounts) {
    return resource < amounts.size() ? amounts[resource] : 0;
  };
  return of(available_) - of(required_);
}

void quota_books::give(node role, std::span<const scalar_amount> amounts) {
  consume(role, amounts);
  change_available(amounts, -1);
}

/// Tries it: what is needed afterwards depends on the guarantees and limits of a whole branch.
bool quota_books::fits(node role, std::span<const scalar_amount> amounts) {
  std::vector<std::int64_t> before;
  for (auto amount : amounts)
    before.push_back(surplus(amount.resource));
  give(role, amounts);
  bool fitting = true;
  // What the role's own guarantee needs leaves the surplus as it is, and may always be given.
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    auto after = surplus(amounts[i].resource);
    fitting = fitting && (after >= 0 || after >= before[i]);
  }
  consume(role, amounts, -1);
  change_available(amounts, 1);
  return fitting;
}

quota_books::entry quota_books::at(node role, std::uint32_t resource) const {
  const auto& entries = roles_[role].entries;
  return resource < entries.size() ? entries[resource] : entry{};
}

std::vector<std::string> quota_books::roles() const {
  std::vector<std::string> result;
  for (const auto& role : roles_)
    if (role.set)
      result.push_back(role.path);
  return result;
}

std::vector<quota_books::named_entry> quota_books::entries() const {
  std::vector<named_entry> result;
  for (const auto& role : roles_)
    for (std::uint32_t i = 0; i < role.entries.size(); ++i)
      if (role.entries[i].guarantee > 0 || role.entries[i].limit != unlimited)
        result.push_back({role.path, i, role.entries[i]});
  return result;
}

quota_books::entry& quota_books::slot(node role, std::uint32_t resource) {
  auto& entries = roles_[role].entries;
  if (resource >= entries.size())
    entries.resize(resource + 1);
  return entries[resource];
}

/// A sub-role's use is its ancestors' too. From the leaf up, so that needs below are known above.
void quota_books::add(node role, std::uint32_t resource, std::int64_t consumed) {
  for (; role != none; role = roles_[role].parent) {
    slot(role, resource).consumed += consumed;
    auto& entry = roles_[role].entries[resource];
    if (entry.guarantee > 0 || entry.limit != unlimited || entry.needs_below > 0)
      refresh(role, resource);
  }
}

/// Brings the need of a role, and what follows from it above, up to date.
void quota_books::refresh(node role, std::uint32_t resource) {
  while (true) {
    auto& entry = slot(role, resource);
    auto need = std::max<std::int64_t>({0, entry.guarantee - entry.consumed, entry.needs_below});
    if (entry.limit != unlimited)
      need = std::min(need, std::max<std::int64_t>(0, entry.limit - entry.consumed));
    auto change = need - entry.need;
    if (change == 0)
      return;
    entry.need = need;
    role = roles_[role].parent;
    if (role == none) {
      grow(required_, resource);
      auto before = required_[resource];
      required_[resource] += change;
      needy_ += (required_[resource] > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
      return;
    }
    slot(role, resource).needs_below += change;
  }
}

void quota_books::grow(std::vector<std::int64_t>& amounts, std::uint32_t resource) {
  if (resource >= amounts.size())
    amounts.resize(resource + 1);
}

} // namespace troupe::allocator
