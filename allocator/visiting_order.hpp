/// The random order in which a cycle visits agents.
#pragma once

#include "allocator/books.hpp"

#include <cstdint>
#include <vector>

namespace troupe::allocator {

/// The place of an agent in the random order of cycle number `cycle` is that of this number among
/// all: it does not depend on which other agents are visited.
std::uint64_t visiting_order(std::uint64_t seed, std::uint64_t cycle, std::uint64_t visiting_key);

struct visit {
  std::uint64_t place;
  agent_index agent;

  auto operator<=>(const visit&) const = default;
};
using visiting_list = std::vector<visit>;

/// Sorts by place, in a time in proportion to their number as long as places are evenly spread.
void sort(visiting_list& visits);

} // namespace troupe::allocator
