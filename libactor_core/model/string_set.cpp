#include "model/ranges.hpp"

#include <algorithm>
#include <iterator>
#include <ostream>

namespace troupe {

string_set::string_set(std::initializer_list<std::string> items)
    : string_set(std::vector<std::string>(items)) {}

string_set::string_set(std::vector<std::string> items)
    : items_(std::move(items)) {
  std::sort(items_.begin(), items_.end());
  items_.erase(std::unique(items_.begin(), items_.end()), items_.end());
}

bool string_set::insert(std::string item) {
  auto at = std::lower_bound(items_.begin(), items_.end(), item);
  if (at != items_.end() && *at == item)
    return false;
  items_.insert(at, std::move(item));
  return true;
}

void string_set::add(const string_set& other) {
  std::vector<std::string> sum;
  sum.reserve(size() + other.size());
  std::set_union(begin(), end(), other.begin(), other.end(), std::back_inserter(sum));
  items_ = std::move(sum);
}

void string_set::subtract(const string_set& other) {
  std::vector<std::string> rest;
  std::set_difference(begin(), end(), other.begin(), other.end(), std::back_inserter(rest));
  items_ = std::move(rest);
}

bool string_set::contains(std::string_view item) const {
  return std::binary_search(begin(), end(), item);
}

bool string_set::contains(const string_set& other) const {
  return std::includes(begin(), end(), other.begin(), other.end());
}

string_set string_set::intersect(const string_set& other) const {
  string_set result;
  std::set_intersection(begin(), end(), other.begin(), other.end(),
                        std::back_inserter(result.items_));
  return result;
}

bool string_set::intersects(const string_set& other) const {
  return std::any_of(other.begin(), other.end(),
                     [this](const std::string& item) { return contains(item); });
}

std::string to_text(const string_set& value) {
  std::string text = "{";
  for (const auto& item : value) {
    if (text.size() > 1)
      text += ", ";
    text += item;
  }
  return text + "}";
}

std::ostream& operator<<(std::ostream& out, const string_set& value) {
  return out << to_text(value);
}

} // namespace troupe
