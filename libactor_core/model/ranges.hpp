/// Sets of whole numbers (ports, ...) as coalesced ranges, and sets of strings.
#pragma once

#include "model/outcome.hpp"

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// The numbers `begin` to `end`, both included; begin <= end.
struct range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  friend bool operator==(const range&, const range&) = default;
};

/// A set of uint64 numbers. Invariant: ranges sorted, neither overlapping nor touching.
class ranges {
 public:
  using const_iterator = std::vector<range>::const_iterator;

  ranges() = default;
  /// In any order, overlapping or not; begin <= end each.
  ranges(std::initializer_list<range> items);

  void add(range item);
  void add(const ranges& other);
  void subtract(range item);
  /// Set difference: what is not there is ignored.
  void subtract(const ranges& other);

  bool contains(std::uint64_t number) const;
  bool contains(range item) const;
  bool contains(const ranges& other) const;
  ranges intersect(const ranges& other) const;
  bool intersects(const ranges& other) const;

  /// How many numbers; the full uint64 range counts as 2^64 - 1.
  std::uint64_t count() const;
  bool empty() const noexcept { return items_.empty(); }
  /// How many separate ranges.
  std::size_t size() const noexcept { return items_.size(); }
  const_iterator begin() const noexcept { return items_.begin(); }
  const_iterator end() const noexcept { return items_.end(); }

  ranges& operator+=(const ranges& other) {
    add(other);
    return *this;
  }
  ranges& operator-=(const ranges& other) {
    subtract(other);
    return *this;
  }
  friend ranges operator+(ranges a, const ranges& b) { return a += b; }
  friend ranges operator-(ranges a, const ranges& b) { return a -= b; }
  friend bool operator==(const ranges&, const ranges&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, ranges& x) {
    return f(x.items_);
  }

 private:
  std::vector<range> items_;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, range& x) {
  return f(x.begin, x.end);
}

/// A set of strings, kept as a sorted vector.
class string_set {
 public:
  using const_iterator = std::vector<std::string>::const_iterator;

  string_set() = default;
  string_set(std::initializer_list<std::string> items);
  /// In any order; doubles count once.
  explicit string_set(std::vector<std::string> items);

  /// False when it was there already.
  bool insert(std::string item);
  void add(const string_set& other);
  /// Set difference: what is not there is ignored.
  void subtract(const string_set& other);
  bool contains(std::string_view item) const;
  bool contains(const string_set& other) const;
  string_set intersect(const string_set& other) const;
  bool intersects(const string_set& other) const;

  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }
  const_iterator begin() const noexcept { return items_.begin(); }
  const_iterator end() const noexcept { return items_.end(); }

  string_set& operator+=(const string_set& other) {
    add(other);
    return *this;
  }
  string_set& operator-=(const string_set& other) {
    subtract(other);
    return *this;
  }
  friend string_set operator+(string_set a, const string_set& b) { return a += b; }
  friend string_set operator-(string_set a, const string_set& b) { return a -= b; }
  friend bool operator==(const string_set&, const string_set&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, string_set& x) {
    return f(x.items_);
  }

 private:
  std::vector<std::string> items_;
};

/// `[1-2, 5-9]`; `[]` when empty.
std::string to_text(const ranges& value);
/// `{a, b}`; `{}` when empty.
std::string to_text(const string_set& value);
/// Parses `[1-2, 5-9]`; the error names the bad range.
outcome<ranges> parse_ranges(std::string_view text);
/// Parses `{a, b}`.
outcome<string_set> parse_string_set(std::string_view text);
std::ostream& operator<<(std::ostream& out, const ranges& value);
std::ostream& operator<<(std::ostream& out, const string_set& value);

} // namespace troupe
