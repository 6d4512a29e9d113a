/// Weighted random order: who goes first is drawn anew for each agent.
#pragma once

#include "allocator/random_source.hpp"
#include "allocator/role_tree.hpp"
#include "allocator/sorter.hpp"

#include <cstdint>
#include <vector>

namespace troupe::allocator {

/// At every level of the tree the active children are drawn one after the other without putting
/// back, each with a chance in proportion to its weight. Only as many are drawn as the walk asks
/// for.
class random_sorter final : public sorter_table {
 public:
  random_sorter(role_tree::shape shape, std::uint64_t seed);

  void add_client(sorter_client client, sorter_group group, std::string_view path) override;
  void remove_client(sorter_client client) override;
  void set_active(sorter_client client, bool active) override;
  void set_weight(std::string_view path, double weight) override;
  void begin(sorter_group group) override;
  sorter_client next() override;

 private:
  using node = role_tree::node;

  struct family {
    std::vector<node> active; // in whatever order
    double heaviest = 0;      // no weight of an active child is above this
  };
  struct step {
    node at;
    std::size_t drawn; // the first children of `at` are drawn already
  };

  node draw(step& from);
  std::size_t pick(family& from, std::size_t drawn);
  std::size_t pick_by_walking(family& from, std::size_t drawn);

  role_tree tree_;
  random_source random_;
  std::vector<family> children_; // by node
  std::vector<step> walk_;
};

} // namespace troupe::allocator
