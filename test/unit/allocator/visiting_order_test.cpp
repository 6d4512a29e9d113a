#include "allocator/visiting_order.hpp"

#include "allocator/random_source.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace troupe::allocator;

TEST_CASE("visits are sorted by place, evenly spread or not") {
  random_source random(1);
  for (std::uint32_t size : {0, 1, 2, 3, 64, 1'000, 1'025}) {
    for (int crowding : {0, 40, 63, 64}) {
      visiting_list visits;
      for (agent_index a = 0; a < size; ++a)
        visits.push_back({crowding == 64 ? 7 : random.next() >> crowding, a});
      auto expected = visits;
      std::sort(expected.begin(), expected.end());
      std::reverse(visits.begin(), visits.end());
      sort(visits);
      CHECK(visits == expected);
    }
  }
}
