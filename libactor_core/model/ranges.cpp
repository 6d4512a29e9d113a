#include "model/ranges.hpp"

#include "model/contract.hpp"

#include <algorithm>
#include <limits>
#include <ostream>

namespace troupe {

namespace {

constexpr auto max_number = std::numeric_limits<std::uint64_t>::max();

// First range that ends at or after `number`: the only one that can contain it.
template <class Items>
auto first_ending_at(Items& items, std::uint64_t number) {
  return std::lower_bound(items.begin(), items.end(), number,
                          [](const range& r, std::uint64_t n) { return r.end < n; });
}

} // namespace

ranges::ranges(std::initializer_list<range> items) {
  for (auto item : items)
    add(item);
}

void ranges::add(range item) {
  expects(item.begin <= item.end, "a range begins after its end");
  // Ranges that touch the item count as overlapping: they become one.
  auto first = first_ending_at(items_, item.begin == 0 ? 0 : item.begin - 1);
  auto last = first;
  while (last != items_.end() && (item.end == max_number || last->begin <= item.end + 1)) {
    item.begin = std::min(item.begin, last->begin);
    item.end = std::max(item.end, last->end);
    ++last;
  }
  if (first == last) {
    items_.insert(first, item);
    return;
  }
  *first = item;
  items_.erase(first + 1, last);
}

void ranges::add(const ranges& other) {
  if (&other == this)
    return;
  if (empty()) {
    items_ = other.items_;
    return;
  }
  for (auto item : other)
    add(item);
}

void ranges::subtract(range item) {
  expects(item.begin <= item.end, "a range begins after its end");
  auto first = first_ending_at(items_, item.begin);
  if (first == items_.end() || first->begin > item.end)
    return;
  auto last = first;
  while (last != items_.end() && last->begin <= item.end)
    ++last;
  std::vector<range> rest;
  if (first->begin < item.begin)
    rest.push_back({first->begin, item.begin - 1});
  if ((last - 1)->end > item.end)
    rest.push_back({item.end + 1, (last - 1)->end});
  auto at = items_.erase(first, last);
  items_.insert(at, rest.begin(), rest.end());
}

void ranges::subtract(const ranges& other) {
  if (&other == this) {
    items_.clear();
    return;
  }
  for (auto item : other)
    subtract(item);
}

bool ranges::contains(range item) const {
  auto at = first_ending_at(items_, item.begin);
  return at != items_.end() && at->begin <= item.begin && item.end <= at->end;
}

bool ranges::contains(std::uint64_t number) const {
  return contains(range{number, number});
}

bool ranges::contains(const ranges& other) const {
  return std::all_of(other.begin(), other.end(), [this](range item) { return contains(item); });
}

ranges ranges::intersect(const ranges& other) const {
  ranges result;
  auto a = begin();
  auto b = other.begin();
  while (a != end() && b != other.end()) {
    auto from = std::max(a->begin, b->begin);
    auto to = std::min(a->end, b->end);
    if (from <= to)
      result.items_.push_back({from, to});
    if (a->end < b->end)
      ++a;
    else
      ++b;
  }
  return result;
}

bool ranges::intersects(const ranges& other) const {
  return std::any_of(other.begin(), other.end(), [this](range item) {
    auto at = first_ending_at(items_, item.begin);
    return at != items_.end() && at->begin <= item.end;
  });
}

std::uint64_t ranges::count() const {
  std::uint64_t sum = 0;
  for (auto item : items_) {
    auto length = item.end - item.begin;
    if (length == max_number)
      return max_number;
    sum += length + 1;
  }
  return sum;
}

std::string to_text(const ranges& value) {
  std::string text = "[";
  for (auto item : value) {
    if (text.size() > 1)
      text += ", ";
    text += std::to_string(item.begin) + "-" + std::to_string(item.end);
  }
  return text + "]";
}

std::ostream& operator<<(std::ostream& out, const ranges& value) {
  return out << to_text(value);
}

} // namespace troupe
