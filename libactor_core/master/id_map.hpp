/// A map in the order of its ids with an index beside it, for the books' big collections.
#pragma once

#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace troupe::master {

/// What std::map<Id, Value> is, but looking up costs one probe instead of a way down a tree whose nodes lie scattered in
/// memory and whose keys begin with the same forty letters. Entries stay where they are.
template <class Id, class Value>
class id_map {
  using ordered = std::map<Id, Value>;

 public:
  using iterator = typename ordered::iterator;
  using const_iterator = typename ordered::const_iterator;
  using node_type = typename ordered::node_type;

  id_map() = default;
  id_map(const id_map&) = delete; // the index points into the map
  id_map& operator=(const id_map&) = delete;
  id_map(id_map&&) noexcept = default;
  id_map& operator=(id_map&&) noexcept = default;

  iterator begin() noexcept { return entries_.begin(); }
  iterator end() noexcept { return entries_.end(); }
  const_iterator begin() const noexcept { return entries_.begin(); }
  const_iterator end() const noexcept { return entries_.end(); }
  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }

  iterator find(const Id& id) {
    auto found = index_.find(id.value());
    return found == index_.end() ? entries_.end() : found->second;
  }
  const_iterator find(const Id& id) const {
    auto found = index_.find(id.value());
    return found == index_.end() ? entries_.end() : const_iterator{found->second};
  }
  bool contains(const Id& id) const { return index_.contains(id.value()); }

  /// The entry must be there: throws std::out_of_range otherwise.
  Value& at(const Id& id) { return index_.at(id.value())->second; }
  const Value& at(const Id& id) const { return index_.at(id.value())->second; }

  Value& operator[](const Id& id) { return try_emplace(id).first->second; }

  template <class... Args>
  std::pair<iterator, bool> try_emplace(const Id& id, Args&&... args) {
    auto added = entries_.try_emplace(id, std::forward<Args>(args)...);
    if (added.second)
      index_.emplace(added.first->first.value(), added.first);
    return added;
  }

  iterator insert_or_assign(const Id& id, Value value) {
    auto [entry, is_new] = try_emplace(id, std::move(value));
    if (!is_new)
      entry->second = std::move(value);
    return entry;
  }

  node_type extract(const Id& id) {
    auto found = index_.find(id.value());
    if (found == index_.end())
      return {};
    auto entry = found->second;
    index_.erase(found);
    return entries_.extract(entry);
  }

  std::size_t erase(const Id& id) { return extract(id).empty() ? 0 : 1; }

 private:
  ordered entries_;
  std::unordered_map<std::string_view, iterator> index_; ///< keys are those of `entries_`
};

} // namespace troupe::master
