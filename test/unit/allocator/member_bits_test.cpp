#include "allocator/member_bits.hpp"

#include <catch2/catch.hpp>

using troupe::allocator::member_bits;

TEST_CASE("members are in the set when they were put in, also far beyond the first word") {
  member_bits bits;
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
  member_bits few;
  member_bits many;
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
