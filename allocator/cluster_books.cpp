#include "allocator/cluster_books.hpp"

#include <algorithm>
#include <utility>

namespace troupe::allocator {

namespace {

std::uint64_t member_key(framework_index f, role_index r) {
  return static_cast<std::uint64_t>(f) << 32 | r;
}

} // namespace

std::vector<role_part> split_by_role(const resources& items) {
  if (items.empty())
    return {};
  const auto& first = items.begin()->allocation_role;
  if (std::all_of(items.begin(), items.end(),
                  [&](const resource& item) { return item.allocation_role == first; }))
    return {{first.value_or(""), items.unallocated()}};
  std::vector<role_part> parts;
  for (auto item : items) {
    auto role = item.allocation_role.value_or("");
    item.allocation_role.reset();
    auto known = std::find_if(parts.begin(), parts.end(),
                              [&](const role_part& part) { return part.role == role; });
    if (known == parts.end())
      known = parts.insert(parts.end(), {std::move(role), {}});
    known->items.add(std::move(item));
  }
  return parts;
}

agent_index cluster_books::intern_agent(const agent_id& id) {
  auto a = agents.intern(id);
  details_.resize(agents.limit());
  return a;
}

member_index cluster_books::find_member(framework_index f, const std::string& role) const {
  auto r = roles_.find(role);
  if (r == no_index)
    return no_index;
  auto found = member_of_.find(member_key(f, r));
  return found == member_of_.end() ? no_index : found->second;
}

member_index cluster_books::join(framework_index f, const std::string& role) {
  auto r = roles_.intern(role);
  auto [place, is_new] = member_of_.try_emplace(member_key(f, r), no_index);
  if (!is_new)
    return place->second;
  member_index m;
  if (unused_members_.empty()) {
    m = static_cast<member_index>(members_.size());
    members_.emplace_back();
  } else {
    m = unused_members_.back();
    unused_members_.pop_back();
  }
  place->second = m;
  members_[m].framework = f;
  members_[m].role = r;
  frameworks[f].members.push_back(m);
  auto& book = roles_[r];
  if (book.members++ == 0) {
    book.name = role;
    book.nested = role.find('/') != std::string::npos;
    role_changes.add_client(r, 0, role);
    if (quota.any()) {
      book.quota_node = quota.find(role);
      refresh_guaranteed(r);
    }
  }
  framework_changes.add_client(m, r, frameworks[f].id.value());
  return m;
}

void cluster_books::subscribe(member_index m, bool subscribed, bool suppressed) {
  auto& book = members_[m];
  const auto& options = frameworks[book.framework].options;
  book.subscribed = subscribed;
  book.suppressed = suppressed;
  book.multi_role = options.multi_role;
  book.gpu_resources = options.gpu_resources;
  book.region_aware = options.region_aware;
}

void cluster_books::suppress(member_index m, bool suppressed) {
  members_[m].suppressed = suppressed;
}

void cluster_books::set_minimum(member_index m, std::optional<minimum_allocatable> minimum) {
  auto& own = members_[m].minimum;
  auto before = own_minimums_;
  own_minimums_ += (minimum ? 1 : 0) - (own ? 1 : 0);
  own = std::move(minimum);
  if ((before > 0) != (own_minimums_ > 0))
    for (agent_index a = 0; a < agents.limit(); ++a)
      judge_free(agents[a]);
}

bool cluster_books::refresh(member_index m) {
  auto& book = members_[m];
  auto& framework = frameworks[book.framework];
  bool active = framework.known && framework.active && book.subscribed && !book.suppressed;
  if (active != book.active) {
    book.active = active;
    active_members_.set(m, active);
    framework_changes.set_active(m, active);
    auto& role = roles_[book.role];
    role.active_members += active ? 1 : -1;
    if (role.active_members == (active ? 1 : 0)) {
      role_changes.set_active(book.role, active);
      if (role.guaranteed)
        quota_role_changes.set_active(book.role, active);
    }
  }
  if (book.subscribed || book.agents_used > 0)
    return false;
  drop(m);
  return true;
}

void cluster_books::drop(member_index m) {
  auto [f, r] = std::pair(members_[m].framework, members_[m].role);
  set_minimum(m, std::nullopt);
  framework_changes.remove_client(m);
  member_of_.erase(member_key(f, r));
  std::erase(frameworks[f].members, m);
  if (--roles_[r].members == 0) {
    role_changes.remove_client(r);
    if (roles_[r].guaranteed)
      quota_role_changes.remove_client(r);
    roles_.erase(std::string(roles_[r].name));
  }
  if (!frameworks[f].known && frameworks[f].members.empty())
    frameworks.erase(framework_id(frameworks[f].id));
  members_[m] = {};
  unused_members_.push_back(m);
}

} // namespace troupe::allocator
