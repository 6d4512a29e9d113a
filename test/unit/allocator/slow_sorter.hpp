/// Dominant resource fairness written down as it is defined, from scratch at every question.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace troupe::allocator {

struct slow_client {
  std::map<std::string, std::int64_t> held;
  std::uint64_t allocations = 0;
  bool active = true;
};

/// The facts that decide an order; `clients` by path.
struct slow_drf {
  std::map<std::string, slow_client> clients;
  std::map<std::string, std::int64_t> total;
  std::map<std::string, double> weights;
  std::set<std::string> excluded;

  /// Active clients, best first. Not hierarchical: paths are plain names.
  std::vector<std::string> order(bool hierarchical) const {
    std::vector<std::string> result;
    std::set<std::string> leaves;
    for (const auto& [path, client] : clients)
      if (client.active)
        leaves.insert(hierarchical ? path + "/." : path);
    if (!hierarchical) {
      result.assign(leaves.begin(), leaves.end());
      sort_siblings(result, false);
      return result;
    }
    walk("", leaves, result);
    return result;
  }

 private:
  struct key {
    double share;
    std::uint64_t allocations;
    std::string path;
    auto operator<=>(const key&) const = default;
  };

  key key_of(const std::string& node, bool hierarchical) const {
    std::map<std::string, std::int64_t> held;
    std::uint64_t allocations = 0;
    for (const auto& [path, client] : clients) {
      auto leaf = hierarchical ? path + "/." : path;
      if (leaf != node && !(hierarchical && leaf.starts_with(node + "/")))
        continue;
      for (const auto& [name, amount] : client.held)
        held[name] += amount;
      allocations += client.allocations;
    }
    double share = 0;
    for (const auto& [name, amount] : held)
      if (auto all = total.find(name);
          all != total.end() && all->second > 0 && !excluded.contains(name))
        share = std::max(share, static_cast<double>(amount) / static_cast<double>(all->second));
    auto weight = weights.find(node);
    return {share / (weight == weights.end() ? 1.0 : weight->second), allocations, node};
  }

  void sort_siblings(std::vector<std::string>& nodes, bool hierarchical) const {
    std::vector<key> keys;
    for (const auto& node : nodes)
      keys.push_back(key_of(node, hierarchical));
    std::sort(keys.begin(), keys.end());
    for (std::size_t i = 0; i < keys.size(); ++i)
      nodes[i] = keys[i].path;
  }

  void walk(const std::string& above, const std::set<std::string>& leaves,
            std::vector<std::string>& result) const {
    std::set<std::string> children;
    auto prefix = above.empty() ? "" : above + "/";
    for (const auto& leaf : leaves)
      if (leaf.starts_with(prefix))
        children.insert(leaf.substr(0, leaf.find('/', prefix.size())));
    std::vector<std::string> sorted(children.begin(), children.end());
    sort_siblings(sorted, true);
    for (const auto& child : sorted) {
      if (leaves.contains(child))
        result.push_back(child.substr(0, child.size() - 2));
      else
        walk(child, leaves, result);
    }
  }
};

} // namespace troupe::allocator
