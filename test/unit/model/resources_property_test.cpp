#include "test/unit/model/sample_resources.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace troupe;
using namespace troupe::samples;

namespace {

constexpr int rounds = 3000;

} // namespace

TEST_CASE("addition of random bags is commutative and associative") {
  std::mt19937_64 random{1};
  for (int i = 0; i < rounds; ++i) {
    auto a = any_bag(random);
    auto b = any_bag(random);
    auto c = any_bag(random);
    REQUIRE(a + b == b + a);
    REQUIRE((a + b) + c == a + (b + c));
    REQUIRE(a + resources{} == a);
    REQUIRE(resources{} + a == a);
  }
}

TEST_CASE("what was added to a random bag is contained and can be taken back") {
  std::mt19937_64 random{2};
  for (int i = 0; i < rounds; ++i) {
    auto a = any_bag(random);
    auto b = any_bag(random);
    auto sum = a + b;
    REQUIRE(sum.contains(a));
    REQUIRE(sum.contains(b));
    REQUIRE(sum.try_subtract(b).has_value());
    // Elements of ranges and sets that are in both bags are in the sum once: only scalars and
    // copies come back.
    auto scalars_a = without_elements(a);
    auto scalars_b = without_elements(b);
    REQUIRE((scalars_a + scalars_b) - scalars_b == scalars_a);
    REQUIRE((sum - sum).empty());
  }
}

TEST_CASE("containment of random bags is exactly the possibility to subtract") {
  std::mt19937_64 random{3};
  int contained = 0;
  for (int i = 0; i < rounds; ++i) {
    auto all = any_bag(random, 16);
    auto part = any_bag(random, 3);
    auto rest = all.try_subtract(part);
    REQUIRE(rest.has_value() == all.contains(part));
    if (!rest)
      continue;
    ++contained;
    REQUIRE(*rest + part == all);
    REQUIRE(all.scalars().contains(part.scalars()));
  }
  CHECK(contained > rounds / 20);
}

TEST_CASE("a random bag splits into reserved and unreserved, revocable and not, by allocation") {
  std::mt19937_64 random{4};
  for (int i = 0; i < rounds; ++i) {
    auto all = any_bag(random);
    REQUIRE(all.unreserved() + all.reserved() == all);
    REQUIRE(all.revocable() + all.non_revocable() == all);
    REQUIRE(all.shared() + all.non_shared() == all);
    auto by_role = all.allocated_to_role("a").allocations();
    REQUIRE(by_role.size() == (all.empty() ? 0 : 1));
    if (!all.empty())
      REQUIRE(by_role["a"].unallocated() == all.unallocated());
  }
}

TEST_CASE("a random bag does not depend on the order of insertion") {
  std::mt19937_64 random{5};
  for (int i = 0; i < rounds; ++i) {
    std::vector<resource> items;
    for (auto n = random() % 12; n > 0; --n)
      items.push_back(any_resource(random));
    resources straight(items);
    std::shuffle(items.begin(), items.end(), random);
    REQUIRE(straight == resources(items));
  }
}

TEST_CASE("the sums of random bags are the sums of their sums") {
  std::mt19937_64 random{6};
  for (int i = 0; i < rounds; ++i) {
    auto a = any_bag(random).non_shared();
    auto b = any_bag(random).non_shared();
    REQUIRE((a + b).scalars() == a.scalars() + b.scalars());
  }
}

TEST_CASE("a million allocations and recoveries leave the very same bag") {
  auto total = bag("cpus:64;mem:262144;disk:1000000;ports:[31000-32000]");
  std::mt19937_64 random{7};
  std::uniform_real_distribution<double> cpus{0.001, 0.5};
  auto free = total;
  std::vector<resources> taken;
  for (int i = 0; i < 500'000; ++i) {
    resources task{make_scalar("cpus", cpus(random)), make_scalar("mem", 1 + cpus(random))};
    if (!taken.empty() && (taken.size() > 50 || !free.contains(task))) {
      std::swap(taken[random() % taken.size()], taken.back());
      free += taken.back();
      taken.pop_back();
    }
    if (free.subtract_if_contained(task))
      taken.push_back(std::move(task));
  }
  for (const auto& task : taken)
    free += task;
  CHECK(free == total);
  CHECK(free.size() == total.size());
}
