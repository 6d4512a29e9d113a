#include "allocator/drf_sorter.hpp"

#include <algorithm>

namespace troupe::allocator {

drf_sorter::drf_sorter(drf_options options)
    : tree_(options.shape)
    , excluded_names_(std::move(options.excluded)) {}

void drf_sorter::add_client(sorter_client client, sorter_group group, std::string_view path) {
  tree_.add(client, group, path);
  grow();
  ++unranked_;
}

void drf_sorter::remove_client(sorter_client client) {
  set_active(client, false);
  auto leaf = tree_.leaf(client);
  // Out of their orders first: afterwards the nodes may be another's.
  for (auto n = leaf; !is_root(n); n = tree_.parent(n))
    settle_one(n);
  std::vector<std::int64_t> rest(held_.begin() + leaf * width_,
                                 held_.begin() + (leaf + 1) * width_);
  auto allocations = rows_[leaf].allocations;
  for (auto n = leaf; !is_root(n); n = tree_.parent(n)) {
    for (std::size_t i = 0; i < width_; ++i)
      held_[n * width_ + i] -= rest[i];
    rows_[n].allocations -= allocations;
    mark(n);
  }
  std::vector<node> gone;
  tree_.remove(client, gone);
  for (auto n : gone)
    rows_[n] = {};
}

void drf_sorter::set_active(sorter_client client, bool active) {
  if (tree_.set_active(client, active))
    for (auto n = tree_.leaf(client); !is_root(n); n = tree_.parent(n))
      mark(n);
}

void drf_sorter::name_resource(std::uint32_t resource, std::string_view name) {
  widen(resource);
  counts_[resource] = !excluded_names_.contains(std::string(name));
  all_stale_ = true;
}

void drf_sorter::allocated(sorter_client client, std::span<const scalar_amount> amounts) {
  for (auto n = tree_.leaf(client); !is_root(n); n = tree_.parent(n)) {
    add_amounts(n, amounts, 1);
    ++rows_[n].allocations;
    mark(n);
  }
}

void drf_sorter::unallocated(sorter_client client, std::span<const scalar_amount> amounts) {
  for (auto n = tree_.leaf(client); !is_root(n); n = tree_.parent(n)) {
    add_amounts(n, amounts, -1);
    mark(n);
  }
}

void drf_sorter::total_changed(std::span<const scalar_amount> amounts) {
  for (auto amount : amounts) {
    widen(amount.resource);
    total_[amount.resource] += amount.milli;
  }
  all_stale_ = true;
}

void drf_sorter::set_weight(std::string_view path, double weight) {
  if (auto n = tree_.set_weight(path, weight); n != role_tree::no_node)
    mark(n);
}

void drf_sorter::begin(sorter_group group) {
  auto root = tree_.root(group);
  grow();
  settle();
  walk_.assign(1, step{root, 0});
}

sorter_client drf_sorter::next() {
  while (!walk_.empty()) {
    auto& top = walk_.back();
    const auto& children = order_[top.at];
    if (top.next_child == children.size()) {
      walk_.pop_back();
      continue;
    }
    auto child = children[top.next_child++];
    if (auto client = tree_.client(child); client != no_client)
      return client;
    walk_.push_back({child, 0});
  }
  return no_client;
}

double drf_sorter::share(sorter_client client) const {
  return current_share(tree_.leaf(client));
}

bool drf_sorter::before(node a, node b) const {
  const auto& left = rows_[a];
  const auto& right = rows_[b];
  if (left.share != right.share)
    return left.share < right.share;
  if (left.count != right.count)
    return left.count < right.count;
  if (left.rank != right.rank && left.rank != unranked && right.rank != unranked)
    return left.rank < right.rank;
  return tree_.path(a) < tree_.path(b);
}

double drf_sorter::current_share(node n) const {
  double share = 0;
  for (std::size_t i = 0; i < width_; ++i)
    if (counts_[i] && total_[i] > 0)
      share = std::max(share,
                       static_cast<double>(held_[n * width_ + i]) / static_cast<double>(total_[i]));
  return share / tree_.weight(n);
}

void drf_sorter::add_amounts(node n, std::span<const scalar_amount> amounts, std::int64_t sign) {
  for (auto amount : amounts) {
    if (amount.resource >= width_)
      widen(amount.resource);
    held_[n * width_ + amount.resource] += sign * amount.milli;
  }
}

void drf_sorter::mark(node n) {
  if (!rows_[n].marked) {
    rows_[n].marked = true;
    marked_.push_back(n);
  }
}

void drf_sorter::grow() {
  auto nodes = tree_.node_limit();
  rows_.resize(nodes);
  order_.resize(nodes);
  held_.resize(nodes * width_);
}

/// New resource names are rare; then every row moves.
void drf_sorter::widen(std::uint32_t resource) {
  if (resource < width_)
    return;
  std::size_t width = resource + 1;
  std::vector<std::int64_t> held(rows_.size() * width);
  for (std::size_t n = 0; n < rows_.size(); ++n)
    std::copy_n(held_.begin() + n * width_, width_, held.begin() + n * width);
  held_ = std::move(held);
  total_.resize(width);
  counts_.resize(width, 1);
  width_ = width;
}

/// Ties are common, and comparing paths is slow: their order is kept as numbers.
void drf_sorter::rank_paths() {
  std::vector<node> nodes;
  for (node n = 0; n < rows_.size(); ++n)
    if (tree_.in_use(n))
      nodes.push_back(n);
  std::sort(nodes.begin(), nodes.end(),
            [this](node a, node b) { return tree_.path(a) < tree_.path(b); });
  for (std::uint32_t i = 0; i < nodes.size(); ++i)
    rows_[nodes[i]].rank = i;
  unranked_ = 0;
}

void drf_sorter::settle() {
  if (unranked_ * 8 > rows_.size())
    rank_paths();
  // Moving a node costs two searches and a shift; beyond a part of all nodes, sorting afresh is
  // cheaper.
  if (all_stale_ || marked_.size() * 4 > rows_.size() + 16) {
    settle_all();
  } else {
    for (auto n : marked_)
      settle_one(n);
  }
  marked_.clear();
}

void drf_sorter::settle_one(node n) {
  auto& row = rows_[n];
  auto above = tree_.in_use(n) ? tree_.parent(n) : role_tree::no_node;
  row.marked = false;
  if (above == role_tree::no_node)
    return;
  auto& siblings = order_[above];
  auto place = [&] {
    return std::lower_bound(siblings.begin(), siblings.end(), n,
                            [this](node a, node b) { return before(a, b); });
  };
  // Mostly it is the one that was served last, the first of all.
  auto from = !row.ordered ? siblings.end() : siblings[0] == n ? siblings.begin() : place();
  row.share = current_share(n);
  row.count = row.allocations;
  if (!tree_.is_active(n)) {
    if (row.ordered)
      siblings.erase(from);
    row.ordered = false;
  } else if (!row.ordered) {
    siblings.insert(place(), n);
    row.ordered = true;
  } else {
    auto less = [this](node a, node b) { return before(a, b); };
    if (from + 1 != siblings.end() && before(*(from + 1), n))
      siblings.move(from, std::lower_bound(from + 1, siblings.end(), n, less));
    else
      siblings.move(from, std::lower_bound(siblings.begin(), from, n, less));
  }
}

void drf_sorter::settle_all() {
  for (auto& children : order_)
    children.clear();
  for (node n = 0; n < rows_.size(); ++n) {
    auto& row = rows_[n];
    row.marked = false;
    row.ordered = false;
    if (!tree_.in_use(n) || tree_.parent(n) == role_tree::no_node)
      continue;
    row.share = current_share(n);
    row.count = row.allocations;
    row.ordered = tree_.is_active(n);
    if (row.ordered)
      order_[tree_.parent(n)].push_back(n);
  }
  for (auto& children : order_)
    std::sort(children.begin(), children.end(), [this](node a, node b) { return before(a, b); });
  all_stale_ = false;
}

} // namespace troupe::allocator
