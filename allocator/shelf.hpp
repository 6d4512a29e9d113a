/// Records that have a key and a dense number.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

namespace troupe::allocator {

constexpr std::uint32_t no_index = UINT32_MAX;

/// Numbers of erased records are given out again. References stay valid until the next `intern`.
template <class Key, class Book, class Hash = std::hash<Key>>
class shelf {
 public:
  using index = std::uint32_t;

  /// `no_index` when absent.
  index find(const Key& key) const {
    auto found = index_.find(key);
    return found == index_.end() ? no_index : found->second;
  }
  /// Finds the record or makes an empty one.
  index intern(const Key& key) {
    if (auto known = find(key); known != no_index)
      return known;
    index i;
    if (unused_.empty()) {
      i = static_cast<index>(books_.size());
      books_.emplace_back();
    } else {
      i = unused_.back();
      unused_.pop_back();
    }
    index_.emplace(key, i);
    return i;
  }
  void erase(const Key& key) {
    auto found = index_.find(key);
    books_[found->second] = {};
    unused_.push_back(found->second);
    index_.erase(found);
  }

  Book& operator[](index i) { return books_[i]; }
  const Book& operator[](index i) const { return books_[i]; }
  /// Number of records.
  std::size_t size() const { return index_.size(); }
  /// All numbers are below this; erased ones hold an empty record.
  index limit() const { return static_cast<index>(books_.size()); }

 private:
  std::vector<Book> books_;
  std::vector<index> unused_;
  std::unordered_map<Key, index, Hash> index_;
};

} // namespace troupe::allocator
