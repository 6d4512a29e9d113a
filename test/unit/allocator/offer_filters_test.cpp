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
  filters.add(1, 2, bag("cpus:4;mem:100"), start + 5s);
  CHECK(filters.refuses(1, 2, bag("cpus:4;mem:100")));
  CHECK(filters.refuses(1, 2, bag("cpus:3")));
  CHECK_FALSE(filters.refuses(1, 2, bag("cpus:5")));
  CHECK_FALSE(filters.refuses(1, 2, bag("cpus:1;disk:1")));
  CHECK_FALSE(filters.refuses(2, 2, bag("cpus:1")));
  CHECK_FALSE(filters.refuses(1, 3, bag("cpus:1")));
}

TEST_CASE("filters end one by one, each at its time") {
  offer_filters filters;
  filters.add(1, 2, bag("cpus:4"), start + 5s);
  filters.add(1, 2, bag("cpus:8"), start + 3s);
  filters.add(1, 3, bag("cpus:8"), start + 4s);
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
  filters.add(1, 2, bag("cpus:4"), start + 5s);
  filters.add(4, 2, bag("cpus:4"), start + 5s);
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
    filters.add(1, static_cast<offer_filters::agent>(i % 10), bag("cpus:1"), start + 24h * 365);
    if (i % 10 == 9)
      filters.clear(1, freed);
  }
  CHECK(filters.size() == 0);
  CHECK(filters.pending_deadlines() < 200);
}

TEST_CASE("deadlines that coincide are kept once, so that one filter that stays keeps one alive") {
  offer_filters filters;
  agents freed;
  filters.add(7, 2, bag("cpus:1"), start + 1h);
  for (int i = 0; i < 10'000; ++i) {
    filters.add(1, 2, bag("cpus:1"), start + 1h);
    filters.clear(1, freed);
  }
  CHECK(filters.size() == 1);
  CHECK(filters.pending_deadlines() < 200);
  freed.clear();
  filters.expire(start + 1h, freed);
  CHECK(freed == agents{2});
}

TEST_CASE("filters of the same moment end together, those a moment later do not") {
  offer_filters filters;
  agents freed;
  filters.add(1, 2, bag("cpus:1"), start);
  filters.add(3, 2, bag("cpus:1"), start);
  filters.add(1, 4, bag("cpus:1"), start + 1ns);
  filters.expire(start, freed);
  CHECK(freed == agents{2});
  CHECK(filters.count(1) == 1);
  CHECK(filters.count(3) == 0);
  CHECK(filters.refuses(1, 4, bag("cpus:1")));
  filters.expire(start + 1ns, freed);
  CHECK(freed == agents{2, 4});
  CHECK(filters.pending_deadlines() == 0);
}

TEST_CASE("who refuses all that is free is known from one visit to the next") {
  offer_filters filters;
  CHECK_FALSE(filters.visit(2, all).contains(3));
  filters.add(3, 2, all, start + 5s);
  filters.add(70, 2, bag("cpus:1"), start + 5s);
  CHECK(filters.visit(2, all).contains(3));
  CHECK_FALSE(filters.visit(2, all).contains(70));
  CHECK(filters.refuses(3, 2, bag("cpus:2")));
  CHECK(filters.visit(2, bag("cpus:16")).contains(3));
  SECTION("until more is free") {
    const auto& refusing = filters.visit(2, bag("cpus:17;mem:200"));
    CHECK_FALSE(refusing.contains(3));
    CHECK_FALSE(filters.refuses(3, 2, bag("cpus:17")));
    CHECK(filters.refuses(3, 2, bag("cpus:16")));
    CHECK_FALSE(refusing.contains(3));
  }
  SECTION("until the last of the filters ends") {
    filters.add(3, 2, all, start + 1s);
    std::vector<offer_filters::agent> freed;
    filters.expire(start + 1s, freed);
    CHECK(filters.refuses(3, 2, bag("cpus:16")));
    CHECK(filters.visit(2, bag("cpus:16")).contains(3));
    filters.expire(start + 5s, freed);
    CHECK_FALSE(filters.refuses(3, 2, bag("cpus:16")));
  }
  SECTION("until the member forgets") {
    std::vector<offer_filters::agent> freed;
    filters.clear(3, freed);
    CHECK_FALSE(filters.refuses(3, 2, bag("cpus:16")));
  }
  SECTION("until the agent goes, and another one gets its number") {
    filters.forget_agent(2);
    filters.visit(2, bag("cpus:1"));
    CHECK_FALSE(filters.refuses(3, 2, bag("cpus:1")));
  }
}
