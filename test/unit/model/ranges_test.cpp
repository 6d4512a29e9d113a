#include "model/ranges.hpp"

#include <catch2/catch.hpp>

#include <bitset>
#include <limits>
#include <random>

using namespace troupe;

namespace {

constexpr auto top = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t universe = 128;
using oracle = std::bitset<universe>;

oracle bits_of(const ranges& value) {
  oracle bits;
  for (auto item : value)
    for (auto number = item.begin; number <= item.end; ++number)
      bits.set(number);
  return bits;
}

bool well_formed(const ranges& value) {
  const range* before = nullptr;
  for (const auto& item : value) {
    if (item.begin > item.end || (before && before->end + 1 >= item.begin))
      return false;
    before = &item;
  }
  return true;
}

range any_range(std::mt19937_64& random) {
  auto begin = std::uniform_int_distribution<std::uint64_t>{0, universe - 1}(random);
  auto length = std::uniform_int_distribution<std::uint64_t>{0, 20}(random);
  return {begin, std::min<std::uint64_t>(begin + length, universe - 1)};
}

ranges any_ranges(std::mt19937_64& random) {
  ranges result;
  for (auto n = random() % 8; n > 0; --n)
    result.add(any_range(random));
  return result;
}

} // namespace

TEST_CASE("ranges that overlap or touch become one") {
  CHECK(ranges{{5, 9}, {1, 2}} == ranges{{1, 2}, {5, 9}});
  CHECK(ranges{{1, 2}, {3, 4}} == ranges{{1, 4}});
  CHECK(ranges{{1, 2}, {4, 4}, {3, 3}} == ranges{{1, 4}});
  CHECK(ranges{{1, 10}, {3, 4}}.size() == 1);
  CHECK(ranges{{1, 2}, {4, 5}}.size() == 2);
}

TEST_CASE("ranges behave as sets of numbers at every step of a random history") {
  std::mt19937_64 random{42};
  for (int round = 0; round < 200; ++round) {
    ranges value;
    oracle bits;
    for (int step = 0; step < 30; ++step) {
      auto other = any_ranges(random);
      if (random() % 2 == 0) {
        value += other;
        bits |= bits_of(other);
      } else {
        value -= other;
        bits &= ~bits_of(other);
      }
      auto probe = any_ranges(random);
      auto number = random() % universe;
      REQUIRE(well_formed(value));
      REQUIRE(bits_of(value) == bits);
      REQUIRE(value.count() == bits.count());
      REQUIRE(value.contains(number) == bits.test(number));
      REQUIRE(value.contains(probe) == ((bits_of(probe) & ~bits).none()));
      REQUIRE(value.intersects(probe) == (bits_of(probe) & bits).any());
      REQUIRE(bits_of(value.intersect(probe)) == (bits_of(probe) & bits));
      REQUIRE(well_formed(value.intersect(probe)));
    }
  }
}

TEST_CASE("ranges reach both ends of the number line") {
  ranges all{{0, top}};
  CHECK(all.count() == top);
  CHECK(all.contains(top));
  all.subtract({top, top});
  CHECK(all == ranges{{0, top - 1}});
  all.subtract({0, 0});
  CHECK(all == ranges{{1, top - 1}});
  all.add({top, top});
  all.add({0, 0});
  CHECK(all == ranges{{0, top}});
  all -= all;
  CHECK(all.empty());
}

TEST_CASE("ranges print and parse as lists in brackets") {
  CHECK(to_text(ranges{{5, 9}, {1, 2}}) == "[1-2, 5-9]");
  CHECK(to_text(ranges{}) == "[]");
  CHECK(*parse_ranges("[1-2, 5-9]") == ranges{{1, 2}, {5, 9}});
  CHECK(*parse_ranges(" [ 5 - 9,1-2,3-3 ] ") == ranges{{1, 3}, {5, 9}});
  CHECK(parse_ranges("[]")->empty());
  CHECK(*parse_ranges("[0-18446744073709551615]") == ranges{{0, top}});
}

TEST_CASE("a bad range is named in the error") {
  CHECK(parse_ranges("1-2").error() == "'1-2' is not of the form [1-2, 5-9]");
  CHECK(parse_ranges("[1-2").error() == "'[1-2' is not of the form [1-2, 5-9]");
  CHECK(parse_ranges("[1-2, 7]").error() == "range '7' is not of the form begin-end");
  CHECK(parse_ranges("[1-x]").error() == "range '1-x' needs two whole numbers, begin-end");
  CHECK(parse_ranges("[1--2]").error() == "range '1--2' needs two whole numbers, begin-end");
  CHECK(parse_ranges("[1.5-2]").error() == "range '1.5-2' needs two whole numbers, begin-end");
  CHECK(parse_ranges("[9-5]").error() == "range '9-5' ends before it begins");
  CHECK(parse_ranges("[1-18446744073709551616]").error() ==
        "range '1-18446744073709551616' needs two whole numbers, begin-end");
  CHECK_FALSE(parse_ranges("[1-2,]"));
  CHECK_FALSE(parse_ranges("["));
}

TEST_CASE("a string set is sorted and holds each item once") {
  string_set value{"b", "a", "b"};
  CHECK(value.size() == 2);
  CHECK(to_text(value) == "{a, b}");
  CHECK(value.insert("c"));
  CHECK_FALSE(value.insert("c"));
  CHECK(value.contains("c"));
  CHECK_FALSE(value.contains("d"));
}

TEST_CASE("string sets add, subtract and intersect as sets") {
  string_set a{"x", "y"};
  string_set b{"y", "z"};
  CHECK(a + b == string_set{"x", "y", "z"});
  CHECK(a - b == string_set{"x"});
  CHECK(a.intersect(b) == string_set{"y"});
  CHECK(a.intersects(b));
  CHECK_FALSE(a.intersects(string_set{"z"}));
  CHECK((a + b).contains(b));
  CHECK_FALSE(a.contains(b));
  CHECK(a.contains(string_set{}));
  a += a;
  CHECK(a == string_set{"x", "y"});
  a -= a;
  CHECK(a.empty());
}

TEST_CASE("string sets parse from braces") {
  CHECK(*parse_string_set("{b, a,  b}") == string_set{"a", "b"});
  CHECK(parse_string_set("{}")->empty());
  CHECK(parse_string_set("{a").error() == "'{a' is not of the form {a, b}");
  CHECK(parse_string_set("{a,,b}").error() == "set '{a,,b}' has the bad item ''");
  CHECK(parse_string_set("{{a}}").error() == "set '{{a}}' has the bad item '{a}'");
}
