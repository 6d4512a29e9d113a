/// The active children of a node of a role tree, best first.
#pragma once

#include "allocator/role_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace troupe::allocator {

/// A sorted vector. The first is mostly the next to move, and mostly far to the back: instead of
/// shifting all others for it, it leaves a gap at the front.
class child_order {
 public:
  using node = role_tree::node;
  using iterator = std::vector<node>::iterator;

  iterator begin() { return nodes_.begin() + static_cast<std::ptrdiff_t>(first_); }
  iterator end() { return nodes_.end(); }
  std::size_t size() const noexcept { return nodes_.size() - first_; }
  node operator[](std::size_t i) const { return nodes_[first_ + i]; }

  void clear() {
    nodes_.clear();
    first_ = 0;
  }
  void push_back(node n) { nodes_.push_back(n); }
  void insert(iterator where, node n) { nodes_.insert(where, n); }
  void erase(iterator which) { nodes_.erase(which); }
  /// Moves a node to before `to`.
  void move(iterator which, iterator to) {
    if (to <= which) {
      std::rotate(to, which, which + 1);
    } else if (which == begin() && end() - to < to - which) {
      ++first_;
      nodes_.insert(to, node(*which));
      if (first_ > 64 && first_ > nodes_.size() / 2) {
        nodes_.erase(nodes_.begin(), begin());
        first_ = 0;
      }
    } else {
      std::rotate(which, which + 1, to);
    }
  }

 private:
  std::vector<node> nodes_;
  std::size_t first_ = 0;
};

} // namespace troupe::allocator
