/// The part of a cycle that keeps to quotas.
#include "allocator/allocation_cycle.hpp"
#include "allocator/random_source.hpp"

#include <algorithm>
#include <tuple>

namespace troupe::allocator {

namespace {

bool is_loose(const resource& item) {
  return item.is_scalar() && item.is_unreserved() && !item.revocable && !item.shared;
}

/// How much may still be given of each name; a name's first mention asks how much it was.
class rest_amounts {
 public:
  template <class Most>
  std::int64_t& of(std::uint32_t number, Most most) {
    for (auto& [known, rest] : rests_)
      if (known == number)
        return rest;
    return rests_.emplace_back(number, most(number)).second;
  }

 private:
  std::vector<std::pair<std::uint32_t, std::int64_t>> rests_;
};

/// What filling up left out.
struct kept_back {
  bool anything = false;
  bool exclusive_matters = false; ///< in another order it could have been something else
};

/// Gives the loose scalars among `items` (and everything else) as far as `left` of their names
/// lasts; exclusive ones, such as MOUNT disks, whole or not at all.
template <class Left>
kept_back fill(const std::vector<resource>& items, std::uint64_t key, Left left, resources& given) {
  std::vector<std::tuple<std::uint64_t, const resource*>> order;
  for (const auto& item : items)
    order.emplace_back(is_loose(item) ? filling_order(key, item) : 0, &item);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& x, const auto& y) { return std::get<0>(x) < std::get<0>(y); });
  kept_back result;
  for (const auto& [place, item] : order) {
    if (!is_loose(*item)) {
      given.add(*item);
      continue;
    }
    std::int64_t& rest = left(item->name);
    auto part = *item;
    bool fits = shrink(part, quantity::from_milli(std::max<std::int64_t>(0, rest)));
    result.anything = result.anything || !fits || part.scalar() < item->scalar();
    result.exclusive_matters = result.exclusive_matters || item->is_exclusive();
    if (!fits || part.is_empty())
      continue;
    rest -= part.scalar().milli();
    given.add(std::move(part));
  }
  result.exclusive_matters = result.exclusive_matters && result.anything;
  return result;
}

} // namespace

std::uint64_t filling_order(std::uint64_t key, const resource& item) {
  auto place = mix_bits(key ^ mix_text(item.name) ^
                        mix_bits(static_cast<std::uint64_t>(item.scalar().milli())));
  if (item.disk && item.disk->source)
    for (const auto& text :
         {item.disk->source->root, item.disk->source->id, item.disk->source->profile})
      place = mix_bits(place ^ mix_text(text.value_or("")));
  return place;
}

resources allocation_cycle::what_is_guaranteed(member_index m, agent_index a, std::uint64_t key) {
  const auto& member = books_.member(m);
  const auto& role = books_.role(member.role);
  const auto& framework = books_.frameworks[member.framework].options;
  const auto& quota = books_.quota;
  auto node = role.quota_node;
  resources given;
  std::vector<resource> open;
  for (const auto& item : books_.agents[a].free) {
    if (item.revocable || !is_for(item, role, framework, a))
      continue;
    if (item.is_reserved(role.name))
      given.add(item);
    else if (item.is_unreserved() && !item.shared)
      open.push_back(item);
  }
  rest_amounts rests;
  bool wanted = !given.empty();
  auto left = [&](const std::string& name) -> std::int64_t& {
    return rests.of(books_.number_of(name), [&](std::uint32_t number) {
      if (quota.is_guaranteed(node, number))
        return quota.wanted(node, number);
      return std::min(quota.room(node, number), std::max<std::int64_t>(0, quota.surplus(number)));
    });
  };
  if (fill(open, key, left, given).exclusive_matters)
    exclusive_kept_back_.insert(a);
  for (const auto& item : given)
    wanted = wanted || (is_loose(item) && quota.is_guaranteed(node, books_.number_of(item.name)));
  return wanted ? given : resources{};
}

resources allocation_cycle::within_limits(role_index r, agent_index a, const resources& items,
                                          std::uint64_t key) {
  const auto& quota = books_.quota;
  auto node = books_.role(r).quota_node;
  auto is_limited = [&](const resource& item) {
    return is_loose(item) &&
           quota.room(node, books_.number_of(item.name)) != quota_books::unlimited;
  };
  if (std::none_of(items.begin(), items.end(), is_limited))
    return items;
  rest_amounts rests;
  auto left = [&](const std::string& name) -> std::int64_t& {
    return rests.of(books_.number_of(name),
                    [&](std::uint32_t number) { return quota.room(node, number); });
  };
  resources given;
  auto kept = fill(std::vector<resource>(items.begin(), items.end()), key, left, given);
  held_back_ = held_back_ || kept.anything;
  if (kept.exclusive_matters)
    exclusive_kept_back_.insert(a);
  return given;
}

/// Tells at little cost what the long way would lead to. In a cluster of many roles most have reached
/// their limits most of the time.
bool allocation_cycle::limits_leave_nothing(role_index r, agent_index a) {
  const auto& agent = books_.agents[a];
  if (!agent.plain || books_.has_own_minimums())
    return false;
  auto node = books_.role(r).quota_node;
  for (const auto& amount : agent.loose)
    if (books_.quota.room(node, amount.resource) > 0)
      return false;
  if (!rest_is_enough_)
    rest_is_enough_ = policy_.minimum.met_by(
        agent.free.filter([](const resource& item) { return !is_loose(item); }));
  return !*rest_is_enough_;
}

resources allocation_cycle::within_headroom(role_index r, resources items) {
  const auto& amounts = books_.loose_part(items);
  if (amounts.empty() || books_.quota.fits(books_.role(r).quota_node, amounts))
    return items;
  held_back_ = true;
  return items.filter([](const resource& item) { return !is_loose(item); });
}

} // namespace troupe::allocator
