/// The most that may be had of scalar resources.
#pragma once

#include "model/quantity.hpp"

#include <initializer_list>
#include <map>
#include <optional>
#include <string>

namespace troupe {

/// Resource name → limit. A name that is absent is unlimited; so 0, which forbids the resource, is kept, other than
/// in `quantities`.
class resource_limits {
 public:
  using entries = std::map<std::string, quantity, std::less<>>;

  resource_limits() = default;
  resource_limits(std::initializer_list<entries::value_type> limits)
      : limits_(limits) {}
  /// Limits of these amounts; none of them is 0.
  resource_limits(const quantities& amounts)
      : limits_(amounts.begin(), amounts.end()) {}

  /// Nothing: unlimited.
  std::optional<quantity> find(std::string_view name) const {
    auto found = limits_.find(name);
    return found == limits_.end() ? std::nullopt : std::optional(found->second);
  }
  void set(const std::string& name, quantity limit) { limits_[name] = limit; }

  bool empty() const noexcept { return limits_.empty(); }
  entries::const_iterator begin() const noexcept { return limits_.begin(); }
  entries::const_iterator end() const noexcept { return limits_.end(); }

  friend bool operator==(const resource_limits&, const resource_limits&) = default;

 private:
  entries limits_;
};

/// `cpus:0;mem:1024`, sorted by name; empty text when empty.
inline std::string to_text(const resource_limits& limits) {
  std::string text;
  for (const auto& [name, limit] : limits)
    text += (text.empty() ? "" : ";") + name + ":" + to_text(limit);
  return text;
}

} // namespace troupe
