#include "allocator/role_tree.hpp"

#include "model/contract.hpp"

#include <algorithm>

namespace troupe::allocator {

role_tree::node role_tree::root(sorter_group group) {
  if (group >= roots_.size())
    roots_.resize(group + 1, no_node);
  if (roots_[group] == no_node)
    roots_[group] = make(no_node, no_client, {});
  return roots_[group];
}

role_tree::node role_tree::make(node parent, sorter_client client, std::string path) {
  node result;
  if (unused_.empty()) {
    result = static_cast<node>(nodes_.size());
    nodes_.emplace_back();
    paths_.emplace_back();
  } else {
    result = unused_.back();
    unused_.pop_back();
  }
  auto& made = nodes_[result];
  made = {};
  made.parent = parent;
  made.client = client;
  made.in_use = true;
  paths_[result] = std::move(path);
  if (shape_ == shape::hierarchical && parent != no_node) {
    if (auto known = weights_.find(paths_[result]); known != weights_.end())
      made.weight = known->second;
    by_path_.emplace(paths_[result], result);
  }
  if (parent != no_node)
    ++nodes_[parent].children;
  return result;
}

role_tree::node role_tree::inner(sorter_group group, std::string_view path) {
  auto above = root(group);
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = path.find('/', end == 0 ? 0 : end + 1);
    std::string prefix(path.substr(0, end));
    auto known = by_path_.find(prefix);
    above = known != by_path_.end() ? known->second : make(above, no_client, std::move(prefix));
  }
  return above;
}

role_tree::node role_tree::add(sorter_client client, sorter_group group, std::string_view path) {
  if (client >= leaves_.size())
    leaves_.resize(client + 1, no_node);
  expects(leaves_[client] == no_node, "a sorter's client was added twice");
  auto leaf = shape_ == shape::flat ? make(root(group), client, std::string(path))
                                    : make(inner(group, path), client, std::string(path) + "/.");
  return leaves_[client] = leaf;
}

void role_tree::remove(sorter_client client, std::vector<node>& gone) {
  auto n = leaves_[client];
  expects(n != no_node && !is_active(n), "a sorter's client was removed while active or unknown");
  leaves_[client] = no_node;
  // Roots stay: their groups are used again and again.
  while (nodes_[n].parent != no_node && nodes_[n].children == 0) {
    auto above = nodes_[n].parent;
    if (shape_ == shape::hierarchical)
      by_path_.erase(paths_[n]);
    nodes_[n].in_use = false;
    --nodes_[above].children;
    gone.push_back(n);
    unused_.push_back(n);
    n = above;
  }
}

bool role_tree::set_active(sorter_client client, bool active) {
  auto n = leaves_[client];
  if (is_active(n) == active)
    return false;
  for (; n != no_node; n = nodes_[n].parent)
    nodes_[n].active_leaves += active ? 1 : -1;
  return true;
}

role_tree::node role_tree::set_weight(std::string_view path, double weight) {
  std::string key(path);
  weights_[key] = weight;
  auto known = by_path_.find(key);
  if (known == by_path_.end())
    return no_node;
  nodes_[known->second].weight = weight;
  return known->second;
}

} // namespace troupe::allocator
