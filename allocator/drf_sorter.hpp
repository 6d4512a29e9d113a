/// Dominant resource fairness: who holds the smallest share of what it holds most of is served
/// first.
#pragma once

#include "allocator/child_order.hpp"
#include "allocator/role_tree.hpp"
#include "allocator/sorter.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace troupe::allocator {

struct drf_options {
  role_tree::shape shape = role_tree::shape::hierarchical;
  /// Names that do not count for shares.
  std::set<std::string> excluded;
};

/// The share of a node is the largest allocated/total over the counted scalar resources, divided by
/// the node's weight; an inner node has been allocated what its subtree has. Siblings are ordered
/// by share, then by the number of allocations made in the subtree, then by path; the walk is in
/// pre-order.
///
/// Invariant: the order of a node's active children is sorted by the keys kept in `rows_`. Changes
/// only mark nodes; `begin` moves the marked ones to their places, so that a walk sees the shares
/// of its beginning.
class drf_sorter final : public sorter_table {
 public:
  explicit drf_sorter(drf_options options);

  void add_client(sorter_client client, sorter_group group, std::string_view path) override;
  void remove_client(sorter_client client) override;
  void set_active(sorter_client client, bool active) override;
  void name_resource(std::uint32_t resource, std::string_view name) override;
  void allocated(sorter_client client, std::span<const scalar_amount> amounts) override;
  void unallocated(sorter_client client, std::span<const scalar_amount> amounts) override;
  void total_changed(std::span<const scalar_amount> amounts) override;
  void set_weight(std::string_view path, double weight) override;
  void begin(sorter_group group) override;
  sorter_client next() override;

  /// The share of the client's own leaf as it stands now.
  double share(sorter_client client) const;

 private:
  using node = role_tree::node;

  static constexpr std::uint32_t unranked = UINT32_MAX;

  struct row {
    double share = 0;        // key, as of the last settling
    std::uint64_t count = 0; // key, as of the last settling
    std::uint64_t allocations = 0;
    /// Place of the path among all; `unranked` for nodes that came since the last ranking.
    std::uint32_t rank = unranked;
    bool marked = false;
    bool ordered = false; // stands in its parent's order
  };
  struct step {
    node at;
    std::size_t next_child;
  };

  /// Roots have no siblings, hence no share and no place.
  bool is_root(node n) const { return tree_.parent(n) == role_tree::no_node; }
  bool before(node a, node b) const;
  double current_share(node n) const;
  void add_amounts(node n, std::span<const scalar_amount> amounts, std::int64_t sign);
  void mark(node n);
  void grow();
  void widen(std::uint32_t resource);
  void settle();
  void settle_one(node n);
  void settle_all();
  void rank_paths();

  role_tree tree_;
  std::set<std::string> excluded_names_;
  std::vector<row> rows_;           // by node
  std::vector<child_order> order_;  // by node
  std::vector<std::int64_t> held_;  // by node, `width_` resources each
  std::vector<std::int64_t> total_; // by resource
  std::vector<char> counts_;        // by resource: not excluded
  std::size_t width_ = 0;
  std::vector<node> marked_;
  std::size_t unranked_ = 0;
  bool all_stale_ = false;
  std::vector<step> walk_;
};

} // namespace troupe::allocator
