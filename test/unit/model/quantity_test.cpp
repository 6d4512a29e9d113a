#include "model/quantity.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace troupe;

TEST_CASE("a quantity rounds to the nearest thousandth") {
  CHECK(quantity::from_double(0.1).milli() == 100);
  CHECK(quantity::from_double(1.0004).milli() == 1000);
  CHECK(quantity::from_double(1.0005).milli() == 1001);
  CHECK(quantity::from_double(-2.5).milli() == -2500);
  CHECK(quantity::from_double(0.0004).is_zero());
  CHECK(quantity::from_milli(4500).to_double() == 4.5);
  CHECK(quantity::from_milli(2000).is_whole());
  CHECK_FALSE(quantity::from_milli(2001).is_whole());
}

TEST_CASE("what is no finite amount is refused when checked and clamped otherwise") {
  auto infinity = std::numeric_limits<double>::infinity();
  CHECK_FALSE(quantity::checked(std::nan("")));
  CHECK_FALSE(quantity::checked(infinity));
  CHECK_FALSE(quantity::checked(-infinity));
  CHECK_FALSE(quantity::checked(1e300));
  CHECK(quantity::checked(1e12) == quantity::from_milli(1'000'000'000'000'000));
  CHECK(quantity::from_double(std::nan("")).is_zero());
  CHECK(quantity::from_double(infinity) == quantity::from_double(1e300));
  CHECK(quantity::from_double(infinity) > quantity::from_double(1e12));
}

TEST_CASE("a million additions and subtractions leave no drift") {
  std::mt19937_64 random{7};
  std::uniform_real_distribution<double> amounts{0.001, 64.0};
  quantity sum;
  std::int64_t expected = 0;
  std::vector<quantity> added;
  for (int i = 0; i < 500'000; ++i) {
    auto amount = quantity::from_double(amounts(random));
    added.push_back(amount);
    sum += amount;
    expected += amount.milli();
  }
  CHECK(sum.milli() == expected);
  std::shuffle(added.begin(), added.end(), random);
  for (auto amount : added)
    sum -= amount;
  CHECK(sum.is_zero());
}

TEST_CASE("a tenth added ten times is exactly one") {
  quantity sum;
  for (int i = 0; i < 10; ++i)
    sum += quantity::from_double(0.1);
  CHECK(sum == quantity::from_double(1));
}

TEST_CASE("every quantity below 2^40 survives the way to double and back, and every whole one") {
  std::mt19937_64 random{11};
  std::uniform_int_distribution<std::int64_t> values{-(1LL << 40) * 1000, (1LL << 40) * 1000};
  for (int i = 0; i < 10'000; ++i) {
    auto amount = quantity::from_milli(values(random));
    REQUIRE(quantity::from_double(amount.to_double()) == amount);
    auto whole = quantity::from_milli(amount.milli() * 1000 * 8);
    REQUIRE(quantity::from_double(whole.to_double()) == whole);
  }
}

TEST_CASE("sums that exceed every bound saturate and never wrap around") {
  auto huge = quantity::from_double(9e15);
  CHECK(huge + huge > huge);
  CHECK(huge + huge == huge + huge + huge);
  CHECK(quantity{} - huge - huge < quantity{} - huge);
  CHECK(quantity{} - huge - huge == quantity{} - huge - huge - huge);
}

TEST_CASE("a quantity prints as the shortest decimal") {
  CHECK(to_text(quantity::from_milli(4000)) == "4");
  CHECK(to_text(quantity::from_milli(4500)) == "4.5");
  CHECK(to_text(quantity::from_milli(1)) == "0.001");
  CHECK(to_text(quantity::from_milli(-10)) == "-0.01");
  CHECK(to_text(quantity{}) == "0");
  CHECK(to_text(quantity::from_milli(std::numeric_limits<std::int64_t>::min())) ==
        "-9223372036854775.808");
}

namespace {

quantity q(double value) {
  return quantity::from_double(value);
}

} // namespace

TEST_CASE("quantities are a map by name in which zero means absent") {
  quantities sums{{"mem", q(1024)}, {"cpus", q(2)}, {"gpus", q(0)}};
  CHECK(sums.size() == 2);
  CHECK(sums.get("cpus") == q(2));
  CHECK(sums.get("gpus").is_zero());
  CHECK(to_text(sums) == "cpus:2;mem:1024");
  sums.add("cpus", q(-2));
  CHECK(sums.get("cpus").is_zero());
  CHECK(sums.size() == 1);
  sums.set("mem", q(0));
  CHECK(sums.empty());
  sums.set("disk", q(5));
  sums.set("disk", q(6));
  CHECK(sums == quantities{{"disk", q(6)}});
}

TEST_CASE("quantities contain what does not exceed them anywhere") {
  quantities all{{"cpus", q(2)}, {"mem", q(10)}};
  CHECK(all.contains({}));
  CHECK(all.contains(all));
  CHECK(all.contains({{"cpus", q(1.999)}}));
  CHECK_FALSE(all.contains({{"cpus", q(2.001)}}));
  CHECK_FALSE(all.contains({{"disk", q(0.001)}}));
}

TEST_CASE("a checked subtraction takes all or nothing") {
  quantities all{{"cpus", q(2)}, {"mem", q(10)}};
  CHECK_FALSE(all.try_subtract({{"cpus", q(1)}, {"disk", q(1)}}));
  CHECK(all == quantities{{"cpus", q(2)}, {"mem", q(10)}});
  CHECK(all.try_subtract({{"cpus", q(2)}, {"mem", q(4)}}));
  CHECK(all == quantities{{"mem", q(6)}});
  CHECK(all.try_subtract(all));
  CHECK(all.empty());
}

TEST_CASE("a saturating subtraction stops at zero") {
  quantities all{{"cpus", q(2)}, {"mem", q(10)}};
  all.subtract_saturating({{"cpus", q(3)}, {"mem", q(4)}, {"disk", q(1)}});
  CHECK(all == quantities{{"mem", q(6)}});
  all.subtract_saturating(all);
  CHECK(all.empty());
}

TEST_CASE("quantities added and subtracted give back what there was") {
  quantities a{{"cpus", q(2)}, {"mem", q(10)}};
  quantities b{{"cpus", q(0.5)}, {"disk", q(3)}};
  CHECK((a + b) - b == a);
  CHECK(a + b == b + a);
  a += a;
  CHECK(a == quantities{{"cpus", q(4)}, {"mem", q(20)}});
}
