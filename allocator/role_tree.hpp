/// The clients of a sorter as a forest: one tree per group, roles by their path, frameworks flat.
#pragma once

#include "protocol/sorter.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::allocator {

/// Nodes are dense numbers, so that a sorter keeps what it knows about them in flat arrays of its
/// own. In a hierarchical tree, client `a/b` is the virtual leaf `a/b/.` below the inner node
/// `a/b`; thus a role and its sub-roles compete as siblings. In a flat one each client is a child
/// of its group's root. Inner nodes come and go with their clients.
class role_tree {
 public:
  using node = std::uint32_t;
  static constexpr node no_node = UINT32_MAX;

  enum class shape { flat, hierarchical };
  explicit role_tree(shape form)
      : shape_(form) {}

  /// The root of `group`, made when missing.
  node root(sorter_group group);

  /// Adds an inactive client and returns its leaf. It must not be there yet.
  node add(sorter_client client, sorter_group group, std::string_view path);
  /// Removes an inactive client. Its leaf and the inner nodes that end with it are appended to
  /// `gone`.
  void remove(sorter_client client, std::vector<node>& gone);

  /// Changes the active leaves of the client's leaf and all nodes above. Nothing changes when it
  /// already is so; then false.
  bool set_active(sorter_client client, bool active);

  /// Remembers the weight of `path` and returns its node, if it has one.
  node set_weight(std::string_view path, double weight);

  node leaf(sorter_client client) const { return leaves_[client]; }
  /// `no_node` above a root.
  node parent(node n) const { return nodes_[n].parent; }
  /// `no_client` for an inner node.
  sorter_client client(node n) const { return nodes_[n].client; }
  const std::string& path(node n) const { return paths_[n]; }
  double weight(node n) const { return nodes_[n].weight; }
  bool is_active(node n) const { return nodes_[n].active_leaves > 0; }
  /// All node numbers are below this; some may be unused.
  std::size_t node_limit() const { return nodes_.size(); }
  bool in_use(node n) const { return nodes_[n].in_use; }

 private:
  struct entry {
    node parent = no_node;
    sorter_client client = no_client;
    std::uint32_t children = 0;
    std::uint32_t active_leaves = 0;
    double weight = 1.0;
    bool in_use = false;
  };

  node make(node parent, sorter_client client, std::string path);
  node inner(sorter_group group, std::string_view path);

  shape shape_;
  std::vector<entry> nodes_;
  std::vector<std::string> paths_; // by node; apart from what walks look at
  std::vector<node> unused_;
  std::vector<node> roots_;  // by group
  std::vector<node> leaves_; // by client
  std::unordered_map<std::string, double> weights_;
  std::unordered_map<std::string, node> by_path_; // of a hierarchical tree
};

} // namespace troupe::allocator
