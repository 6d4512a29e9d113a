#include "allocator/random_sorter.hpp"

#include <algorithm>
#include <utility>

namespace troupe::allocator {

random_sorter::random_sorter(role_tree::shape shape, std::uint64_t seed)
    : tree_(shape)
    , random_(seed) {}

void random_sorter::add_client(sorter_client client, sorter_group group, std::string_view path) {
  tree_.add(client, group, path);
  children_.resize(tree_.node_limit());
}

void random_sorter::remove_client(sorter_client client) {
  set_active(client, false);
  std::vector<node> gone;
  tree_.remove(client, gone);
}

void random_sorter::set_active(sorter_client client, bool active) {
  if (!tree_.set_active(client, active))
    return;
  for (auto n = tree_.leaf(client); tree_.parent(n) != role_tree::no_node; n = tree_.parent(n)) {
    auto& [siblings, heaviest] = children_[tree_.parent(n)];
    auto place = std::find(siblings.begin(), siblings.end(), n);
    if (tree_.is_active(n) == (place != siblings.end()))
      break; // nothing changes further up either
    if (!tree_.is_active(n)) {
      siblings.erase(place);
      continue;
    }
    siblings.push_back(n);
    heaviest = std::max(heaviest, tree_.weight(n));
  }
}

void random_sorter::set_weight(std::string_view path, double weight) {
  auto n = tree_.set_weight(path, weight);
  if (n == role_tree::no_node || tree_.parent(n) == role_tree::no_node)
    return;
  auto& heaviest = children_[tree_.parent(n)].heaviest;
  heaviest = std::max(heaviest, weight);
}

void random_sorter::begin(sorter_group group) {
  auto root = tree_.root(group);
  children_.resize(tree_.node_limit());
  walk_.clear();
  walk_.push_back({root, 0});
}

sorter_client random_sorter::next() {
  while (!walk_.empty()) {
    auto& top = walk_.back();
    if (top.drawn == children_[top.at].active.size()) {
      walk_.pop_back();
      continue;
    }
    auto child = draw(top);
    if (auto client = tree_.client(child); client != no_client)
      return client;
    walk_.push_back({child, 0});
  }
  return no_client;
}

/// The drawn one swaps to the front.
random_sorter::node random_sorter::draw(step& from) {
  auto& family = children_[from.at];
  std::swap(family.active[from.drawn], family.active[pick(family, from.drawn)]);
  return family.active[from.drawn++];
}

/// Rejection sampling: any of those left, kept with a chance in proportion to its weight. Every try is drawn anew, so
/// giving up after some changes no chances.
std::size_t random_sorter::pick(family& from, std::size_t drawn) {
  constexpr int patience = 32;
  const auto left = static_cast<std::uint32_t>(from.active.size() - drawn);
  if (left == 1)
    return drawn;
  for (int i = 0; i < patience; ++i) {
    const auto at = drawn + random_.below(left);
    if (random_.unit() * from.heaviest < tree_.weight(from.active[at]))
      return at;
  }
  return pick_by_walking(from, drawn);
}

/// For weights that are far apart: along the weights of all that are left. Finds the heaviest anew.
std::size_t random_sorter::pick_by_walking(family& from, std::size_t drawn) {
  double sum = 0;
  from.heaviest = 0;
  for (std::size_t i = 0; i < from.active.size(); ++i) {
    const auto weight = tree_.weight(from.active[i]);
    from.heaviest = std::max(from.heaviest, weight);
    if (i >= drawn)
      sum += weight;
  }
  auto point = random_.unit() * sum;
  auto chosen = drawn;
  while (chosen + 1 < from.active.size() && point >= tree_.weight(from.active[chosen]))
    point -= tree_.weight(from.active[chosen++]);
  return chosen;
}

} // namespace troupe::allocator
