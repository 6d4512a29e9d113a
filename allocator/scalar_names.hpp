/// Scalar resource names as dense numbers.
#pragma once

#include "protocol/sorter.hpp"

#include "model/resources.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::allocator {

/// Amounts of scalars, at most one per name, in order of first mention.
class scalar_sums {
 public:
  void clear() { amounts_.clear(); }
  void add(std::uint32_t resource, std::int64_t milli) {
    for (auto& amount : amounts_)
      if (amount.resource == resource) {
        amount.milli += milli;
        return;
      }
    amounts_.push_back({resource, milli});
  }
  const std::vector<scalar_amount>& amounts() const { return amounts_; }

 private:
  std::vector<scalar_amount> amounts_;
};

/// Clusters have a handful of scalar names, so a search along a vector is the quickest map.
class scalar_names {
 public:
  /// The number of `name`, given out when it is new.
  std::uint32_t number(std::string_view name) {
    for (std::uint32_t i = 0; i < names_.size(); ++i)
      if (names_[i] == name)
        return i;
    names_.emplace_back(name);
    return static_cast<std::uint32_t>(names_.size() - 1);
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(names_.size()); }
  const std::string& name(std::uint32_t number) const { return names_[number]; }

 private:
  std::vector<std::string> names_;
};

} // namespace troupe::allocator
