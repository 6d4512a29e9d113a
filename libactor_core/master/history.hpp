/// A bounded memory of things that are over: look-up by id, the oldest forgotten first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::master {

/// `forget_beyond` is the bound. An id that is put again becomes the youngest.
template <class Id, class Value>
class history {
 public:
  /// Remembers `value`; returns the older ones that had to go.
  std::vector<Value> put(const Id& id, Value value, std::size_t forget_beyond) {
    erase(id);
    order_.emplace(next_, id);
    values_.emplace(id, std::pair{next_++, std::move(value)});
    std::vector<Value> forgotten;
    while (values_.size() > forget_beyond)
      forgotten.push_back(*erase(Id{order_.begin()->second}));
    return forgotten;
  }

  const Value* find(const Id& id) const {
    auto found = values_.find(id);
    return found == values_.end() ? nullptr : &found->second.second;
  }

  bool contains(const Id& id) const { return values_.contains(id); }

  /// Takes the entry out.
  std::optional<Value> erase(const Id& id) {
    auto found = values_.find(id);
    if (found == values_.end())
      return std::nullopt;
    std::optional<Value> value{std::move(found->second.second)};
    order_.erase(found->second.first);
    values_.erase(found);
    return value;
  }

  /// Calls `visit(id, value)` from the oldest to the youngest.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [number, id] : order_)
      visit(id, values_.at(id).second);
  }

  std::size_t size() const { return values_.size(); }

 private:
  std::uint64_t next_ = 0;
  std::map<Id, std::pair<std::uint64_t, Value>> values_;
  std::map<std::uint64_t, Id> order_;
};

} // namespace troupe::master
