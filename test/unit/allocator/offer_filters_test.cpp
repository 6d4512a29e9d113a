#include "allocator/offer_filters.hpp"

#include "local_allocator.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;

namespace {

const offer_filters::time start{1h};
const resources all = bag("cpus:16;mem:200"); ///< of every agent
using agents = std::vector<offer_filters::agent>;

} // namespace

TEST_CASE("a filter refuses what it contains, for its member and agent only") {
  offer_filters filters;
  filters.add(1, 2, bag("cpus:4;mem:100"), all, start + 5s);
  CHECK(filters.refuses(1, 2, bag("cpus:4;mem:100")));
  CHECK(filters.refuses(1, 2, bag("cpus:3")));
  CHECK_FALSE(filters.refuses(1, 2, bag("cpus:5")));
  CHECK_FALSE(filters.refuses(1, 2, bag("cpus:1;disk:1")));
  CHECK_FALSE(filters.refuses(2, 2, bag("cpus:1")));
  CHECK_FALSE(filters.refuses(1, 3, bag("cpus:1")));
}

TEST_CASE("filters end one by one, each at its time") {
  offer_filters filters;
  filters.add(1, 2, bag("cpus:4"), all, start + 5s);
  filters.add(1, 2, bag("cpus:8"), all, start + 3s);
  filters.add(1, 3, bag("cpus:8"), all, start + 4s);
  agents freed;
  filters.expire(start + 3s - 1ns, freed);
  CHECK(freed.empty());
  filters.expire(start + 3s, freed);
  CHECK(freed == agents{2});
  CHECK(filters.refuses(1, 2, bag("cpus:4")));
  CHECK_FALSE(filters.refuses(1, 2, bag("cpus:5")));
  filters.expire(start + 1h, freed);
  CHECK(freed == agents{2, 3, 2});
  CHECK(filters.size() == 0);
}

TEST_CASE("cleared filters refuse nothing and free nobody when their time comes") {
  offer_filters filters;
  filters.add(1, 2, bag("cpus:4"), all, start + 5s);
  filters.add(4, 2, bag("cpus:4"), all, start + 5s);
  agents freed;
  filters.clear(1, freed);
  CHECK(freed == agents{2});
  CHECK_FALSE(filters.refuses(1, 2, bag("cpus:1")));
  CHECK(filters.refuses(4, 2, bag("cpus:1")));
  filters.forget_agent(2);
  CHECK(filters.size() == 0);
  freed.clear();
  filters.expire(start + 1h, freed);
  CHECK(freed.empty());
}

TEST_CASE("declining and reviving for ever does not pile up filters") {
  offer_filters filters;
  agents freed;
  for (int i = 0; i < 10'000; ++i) {
    filters.add(1, static_cast<offer_filters::agent>(i % 10), bag("cpus:1"), all,
                start + 24h * 365);
    if (i % 10 == 9)
      filters.clear(1, freed);
  }
  CHECK(filters.size() == 0);
  CHECK(filters.pending_deadlines() < 200);
}

TEST_CASE("who refused all of an agent is known as long as that is all of it") {
  offer_filters filters;
  filters.add(3, 2, all, all, start + 5s);
  filters.add(70, 2, bag("cpus:1"), all, start + 5s);
  CHECK(filters.who_refused_all(2).contains(3));
  CHECK_FALSE(filters.who_refused_all(2).contains(70));
  CHECK(filters.refuses(3, 2, bag("cpus:2")));
  SECTION("it grows") {
    filters.total_changed(2, bag("cpus:17;mem:200"));
    CHECK_FALSE(filters.who_refused_all(2).contains(3));
    CHECK_FALSE(filters.refuses(3, 2, bag("cpus:17")));
    filters.total_changed(2, bag("cpus:1"));
    CHECK(filters.who_refused_all(2).contains(3));
    CHECK(filters.who_refused_all(2).contains(70));
  }
  SECTION("the filter is not the last one to end") {
    filters.add(3, 2, all, all, start + 1s);
    std::vector<offer_filters::agent> freed;
    filters.expire(start + 1s, freed);
    CHECK(filters.who_refused_all(2).contains(3));
    filters.expire(start + 5s, freed);
    CHECK_FALSE(filters.who_refused_all(2).contains(3));
  }
  SECTION("the member forgets") {
    std::vector<offer_filters::agent> freed;
    filters.clear(3, freed);
    CHECK_FALSE(filters.who_refused_all(2).contains(3));
  }
  SECTION("the agent goes, another one gets its number") {
    filters.forget_agent(2);
    CHECK_FALSE(filters.who_refused_all(2).contains(3));
  }
}
