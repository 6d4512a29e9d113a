/// Resources that come back from frameworks.
#include "local_allocator.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;

TEST_CASE("resources that a framework does not hold are not taken back") {
  local_allocator l;
  l.add("f", "a");
  l.add_agent_with("s", "cpus:4");
  auto offer = l.batch().at(0);
  offer.offered = bag("cpus:5", "a");
  CHECK_FALSE(l.decline(offer).complaint.empty());
  offer.offered = bag("cpus:1", "b");
  CHECK_FALSE(l.decline(offer).complaint.empty());
  CHECK(l.batch().empty());
}

TEST_CASE("an offer that comes back whole leaves the agent's bag as it was, not a copy") {
  local_allocator l;
  l.add("f", "dev");
  l.add_agent_with("s", "cpus:4;mem:100");
  const auto& agent_book = l.core.books().agents[0];
  auto offer = l.batch().at(0);
  l.on(recover_resources{framework("f"), agent("s"), bag("cpus:3;mem:100", "dev"), {}});
  auto rest = l.event_cycle().at(0);
  CHECK(rest.offered == bag("cpus:3;mem:100"));
  CHECK(l.decline(rest, 1h).complaint.empty());
  CHECK(agent_book.free.same_body(rest.offered));
  SECTION("and what the framework used before is still in use") {
    CHECK(agent_book.uses.size() == 1);
    CHECK(l.on(recover_resources{framework("f"), agent("s"), bag("cpus:1", "dev"), {}})
              .complaint.empty());
    CHECK(agent_book.uses.empty());
    CHECK(agent_book.free == bag("cpus:4;mem:100"));
  }
  SECTION("nor does it come back twice") {
    CHECK_FALSE(l.decline(rest, 1h).complaint.empty());
    CHECK(agent_book.free == bag("cpus:3;mem:100"));
  }
}

TEST_CASE("parts that come back together are one event, and a bad one spoils no other") {
  local_allocator l;
  l.add("f", "dev");
  l.add_agent_with("s1", "cpus:4");
  l.add_agent_with("s2", "cpus:4");
  REQUIRE(l.batch().size() == 2);
  auto part = [](const char* name, const char* items) {
    return recover_resources{framework("f"), agent(name), bag(items, "dev"), {}};
  };
  auto result = l.on(recover_together{{part("s1", "cpus:8"), part("s2", "cpus:4")}});
  CHECK(result.wants_cycle);
  CHECK(result.complaint ==
        "framework f gives back in role 'dev' what it does not hold of agent s1");
  REQUIRE(l.event_cycle().size() == 1);
}
