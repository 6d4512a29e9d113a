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
    auto& siblings = children_[tree_.parent(n)];
    auto place = std::find(siblings.begin(), siblings.end(), n);
    if (tree_.is_active(n) == (place != siblings.end()))
      break; // nothing changes further up either
    if (tree_.is_active(n))
      siblings.push_back(n);
    else
      siblings.erase(place);
  }
}

void random_sorter::set_weight(std::string_view path, double weight) {
  tree_.set_weight(path, weight);
}

void random_sorter::begin(sorter_group group) {
  auto root = tree_.root(group);
  children_.resize(tree_.node_limit());
  walk_.clear();
  enter(root);
}

sorter_client random_sorter::next() {
  while (!walk_.empty()) {
    auto& top = walk_.back();
    if (top.drawn == children_[top.at].size()) {
      walk_.pop_back();
      continue;
    }
    auto child = draw(top);
    if (auto client = tree_.client(child); client != no_client)
      return client;
    enter(child);
  }
  return no_client;
}

void random_sorter::enter(node n) {
  double sum = 0;
  for (auto child : children_[n])
    sum += tree_.weight(child);
  walk_.push_back({n, 0, sum});
}

/// Draws by walking along the weights of those left; the drawn one swaps to the front.
random_sorter::node random_sorter::draw(step& from) {
  auto& all = children_[from.at];
  auto point = random_.unit() * from.weight_left;
  auto chosen = from.drawn;
  while (chosen + 1 < all.size() && point >= tree_.weight(all[chosen]))
    point -= tree_.weight(all[chosen++]);
  from.weight_left -= tree_.weight(all[chosen]);
  std::swap(all[from.drawn], all[chosen]);
  return all[from.drawn++];
}

} // namespace troupe::allocator
