#include "model/quantity.hpp"

#include "model/contract.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

namespace troupe {

namespace {

// 2^53: up to here a double holds every whole number, and a thousand times it fits 64 bits.
constexpr double largest = 9007199254740992.0;

template <class Entries>
auto find_name(Entries& entries, std::string_view name) {
  return std::lower_bound(
      entries.begin(), entries.end(), name,
      [](const quantities::entry& e, std::string_view n) { return e.first < n; });
}

} // namespace

quantity quantity::from_double(double value) {
  if (std::isnan(value))
    return {};
  value = std::clamp(value, -largest, largest);
  if (std::abs(value * 1000.0) < largest)
    return from_milli(std::llround(value * 1000.0));
  // The product would not be exact any more, but whole part and fraction are.
  auto whole = std::trunc(value);
  return from_milli(static_cast<std::int64_t>(whole) * 1000 +
                    std::llround((value - whole) * 1000.0));
}

std::optional<quantity> quantity::checked(double value) {
  if (!(std::abs(value) <= largest))
    return std::nullopt;
  return from_double(value);
}

quantities::quantities(std::initializer_list<entry> entries) {
  for (const auto& [name, amount] : entries)
    add(name, amount);
}

quantity quantities::get(std::string_view name) const {
  auto at = find_name(entries_, name);
  return at != entries_.end() && at->first == name ? at->second : quantity{};
}

void quantities::set(std::string_view name, quantity amount) {
  auto at = find_name(entries_, name);
  bool found = at != entries_.end() && at->first == name;
  if (found && amount.is_zero())
    entries_.erase(at);
  else if (found)
    at->second = amount;
  else if (!amount.is_zero())
    entries_.emplace(at, std::string(name), amount);
}

void quantities::add(std::string_view name, quantity amount) {
  auto at = find_name(entries_, name);
  if (at == entries_.end() || at->first != name) {
    if (!amount.is_zero())
      entries_.emplace(at, std::string(name), amount);
    return;
  }
  at->second += amount;
  if (at->second.is_zero())
    entries_.erase(at);
}

void quantities::add(const quantities& other) {
  if (&other == this) {
    for (auto& [name, amount] : entries_)
      amount += amount;
    return;
  }
  for (const auto& [name, amount] : other)
    add(name, amount);
}

bool quantities::try_subtract(const quantities& other) {
  if (!contains(other))
    return false;
  if (&other == this)
    entries_.clear();
  for (const auto& [name, amount] : other)
    add(name, quantity{} - amount);
  return true;
}

void quantities::subtract_saturating(std::string_view name, quantity amount) {
  auto have = get(name);
  if (have > quantity{})
    set(name, std::max(have - amount, quantity{}));
}

void quantities::subtract_saturating(const quantities& other) {
  if (&other == this) {
    entries_.clear();
    return;
  }
  for (const auto& [name, amount] : other)
    subtract_saturating(name, amount);
}

bool quantities::contains(const quantities& other) const {
  return std::all_of(other.begin(), other.end(),
                     [this](const entry& e) { return e.second <= get(e.first); });
}

quantities& quantities::operator-=(const quantities& other) {
  if (!try_subtract(other))
    contract_violated("quantities " + to_text(*this) + " do not contain " + to_text(other));
  return *this;
}

std::string to_text(quantity amount) {
  auto milli = amount.milli();
  auto magnitude =
      milli < 0 ? 0 - static_cast<std::uint64_t>(milli) : static_cast<std::uint64_t>(milli);
  auto text = (milli < 0 ? "-" : "") + std::to_string(magnitude / 1000);
  if (auto rest = magnitude % 1000) {
    auto digits = std::to_string(1000 + rest).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += "." + digits;
  }
  return text;
}

std::string to_text(const quantities& amounts) {
  std::string text;
  for (const auto& [name, amount] : amounts) {
    if (!text.empty())
      text += ';';
    text += name + ":" + to_text(amount);
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, quantity amount) {
  return out << to_text(amount);
}

std::ostream& operator<<(std::ostream& out, const quantities& amounts) {
  return out << to_text(amounts);
}

} // namespace troupe
