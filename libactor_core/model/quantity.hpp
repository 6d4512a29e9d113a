/// Amounts of scalar resources in fixed point, and sums of them by resource name.
#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// An amount of a scalar resource: a whole number of thousandths, so that sums never drift.
/// Sums saturate: hostile amounts in a message can't wrap around to small ones.
class quantity {
 public:
  constexpr quantity() = default;

  static constexpr quantity from_milli(std::int64_t thousandths) {
    quantity q;
    q.milli_ = thousandths;
    return q;
  }
  /// Rounds to the nearest thousandth, halves away from zero. Not a number gives 0, beyond 2^53 the
  /// limit, 2^53; foreign input goes through `checked` instead.
  static quantity from_double(double value);
  /// Like from_double, but nothing for not-a-number and for what is beyond 2^53.
  static std::optional<quantity> checked(double value);

  constexpr std::int64_t milli() const noexcept { return milli_; }
  /// Exact for whole amounts; from_double gives it back as long as it is below 2^40.
  double to_double() const noexcept {
    return is_whole() ? static_cast<double>(milli_ / 1000) : static_cast<double>(milli_) / 1000.0;
  }
  constexpr bool is_zero() const noexcept { return milli_ == 0; }
  constexpr bool is_whole() const noexcept { return milli_ % 1000 == 0; }

  constexpr quantity& operator+=(quantity other) {
    if (__builtin_add_overflow(milli_, other.milli_, &milli_))
      milli_ = other.milli_ < 0 ? lowest : highest;
    return *this;
  }
  constexpr quantity& operator-=(quantity other) {
    if (__builtin_sub_overflow(milli_, other.milli_, &milli_))
      milli_ = other.milli_ < 0 ? highest : lowest;
    return *this;
  }
  friend constexpr quantity operator+(quantity a, quantity b) { return a += b; }
  friend constexpr quantity operator-(quantity a, quantity b) { return a -= b; }
  friend constexpr auto operator<=>(quantity, quantity) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, quantity& x) {
    return f(x.milli_);
  }

 private:
  static constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  static constexpr auto highest = std::numeric_limits<std::int64_t>::max();

  std::int64_t milli_ = 0;
};

/// Resource name → amount, a small map sorted by name. Names with amount zero are not kept: they
/// count as absent.
class quantities {
 public:
  using entry = std::pair<std::string, quantity>;
  using const_iterator = std::vector<entry>::const_iterator;

  quantities() = default;
  quantities(std::initializer_list<entry> entries);

  /// The amount of `name`, zero when absent.
  quantity get(std::string_view name) const;
  void set(std::string_view name, quantity amount);
  void add(std::string_view name, quantity amount);
  void add(const quantities& other);

  /// Takes `other` away if all of it is there, else changes nothing and returns false.
  [[nodiscard]] bool try_subtract(const quantities& other);
  /// Takes `other` away as far as it is there: no amount falls below zero. Names with nothing are
  /// left alone.
  void subtract_saturating(const quantities& other);
  void subtract_saturating(std::string_view name, quantity amount);

  /// True when every amount of `other` is at most the amount here.
  bool contains(const quantities& other) const;

  void reserve_space(std::size_t names) { entries_.reserve(names); }
  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  const_iterator begin() const noexcept { return entries_.begin(); }
  const_iterator end() const noexcept { return entries_.end(); }

  quantities& operator+=(const quantities& other) {
    add(other);
    return *this;
  }
  /// Subtracts; `other` must be contained (programming error otherwise: aborts).
  quantities& operator-=(const quantities& other);
  friend quantities operator+(quantities a, const quantities& b) { return a += b; }
  friend quantities operator-(quantities a, const quantities& b) { return a -= b; }
  friend bool operator==(const quantities&, const quantities&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, quantities& x) {
    return f(x.entries_);
  }

 private:
  std::vector<entry> entries_;
};

/// `4`, `4.5`, `-0.001`: the shortest decimal text.
std::string to_text(quantity amount);
/// `cpus:4;mem:1024`, sorted by name; empty text when empty.
std::string to_text(const quantities& amounts);
std::ostream& operator<<(std::ostream& out, quantity amount);
std::ostream& operator<<(std::ostream& out, const quantities& amounts);

} // namespace troupe
