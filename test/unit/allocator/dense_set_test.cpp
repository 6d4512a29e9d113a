#include "allocator/dense_set.hpp"

#include <catch2/catch.hpp>

using troupe::allocator::dense_set;

TEST_CASE("members are in the set when they were put in, also far beyond the first word") {
  dense_set bits;
  CHECK_FALSE(bits.contains(200));
  bits.set(200, true);
  bits.set(3, true);
  CHECK(bits.contains(200));
  CHECK_FALSE(bits.contains(199));
  bits.set(200, false);
  CHECK_FALSE(bits.contains(200));
  CHECK(bits.contains(3));
}

TEST_CASE("subsets are told whatever the sizes") {
  dense_set few;
  dense_set many;
  CHECK(few.is_subset_of(many));
  few.set(3, true);
  CHECK_FALSE(few.is_subset_of(many));
  many.set(3, true);
  many.set(300, true);
  CHECK(few.is_subset_of(many));
  CHECK_FALSE(many.is_subset_of(few));
  few.set(400, true);
  few.set(400, false);
  CHECK(few.is_subset_of(many));
}

TEST_CASE("a dense set is gone through in ascending order") {
  dense_set set;
  for (std::uint32_t number : {200u, 3u, 64u, 63u})
    set.set(number, true);
  set.set(64, false);
  std::vector<std::uint32_t> seen;
  set.for_each([&](std::uint32_t number) { seen.push_back(number); });
  CHECK(seen == std::vector<std::uint32_t>{3, 63, 200});
}
