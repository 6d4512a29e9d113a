#include "allocator/allocation_policy.hpp"

#include "model/resource_text.hpp"
#include "model/text_scan.hpp"

#include <algorithm>

namespace troupe::allocator {

bool minimum_allocatable::met_by(const resources& items) const {
  if (sets.empty())
    return !items.empty();
  // Few names and few sets: counting one name at a time beats building a map of all.
  auto amount_of = [&](const std::string& name) {
    quantity sum;
    for (const auto& item : items) {
      if (item.name != name)
        continue;
      if (item.is_scalar())
        sum += item.scalar();
      else
        sum += resources{item}.all_quantities().get(name);
    }
    return sum;
  };
  return std::any_of(sets.begin(), sets.end(), [&](const quantities& set) {
    return std::all_of(set.begin(), set.end(),
                       [&](const auto& entry) { return amount_of(entry.first) >= entry.second; });
  });
}

outcome<minimum_allocatable> parse_minimum_allocatable(std::string_view text) {
  minimum_allocatable result;
  if (text_scan::trim(text).empty())
    return result;
  for (auto piece : text_scan::split(text, '|')) {
    auto items = parse_resource_list(piece);
    if (!items)
      return failure{"minimum of allocatable resources: " + items.error()};
    quantities set;
    for (const auto& item : *items) {
      if (!item.is_scalar() || item.is_reserved())
        return failure{"minimum of allocatable resources: " + text_scan::quoted(piece) +
                       " is not a set of plain quantities"};
      set.add(item.name, item.scalar());
    }
    if (set.empty())
      return failure{"minimum of allocatable resources: " + text_scan::quoted(piece) +
                     " names no quantity above zero"};
    result.sets.push_back(std::move(set));
  }
  return result;
}

minimum_allocatable default_minimum_allocatable() {
  return {{quantities{{"cpus", quantity::from_milli(10)}},
           quantities{{"mem", quantity::from_milli(32'000)}}}};
}

} // namespace troupe::allocator
