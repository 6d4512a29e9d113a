/// Who is asked to leave agents that will be away, each rule by a case that can be followed by
/// hand.
#include "local_allocator.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;

namespace {

/// Who has been asked since the last time, as `framework@agent`.
std::vector<std::string> asked(local_allocator& cluster) {
  std::vector<std::string> result;
  for (const auto& each : cluster.core.take_inverse_offers())
    result.push_back(each.framework.value() + "@" + each.agent.value());
  return result;
}

using names = std::vector<std::string>;

/// Framework f holds all of agent s.
local_allocator one_holds_one() {
  local_allocator cluster;
  cluster.add("f", "*");
  cluster.add_agent_with("s", "cpus:4;mem:64");
  REQUIRE(cluster.batch().size() == 1);
  return cluster;
}

} // namespace

TEST_CASE("who holds something of an agent that will be away is asked to leave it, once") {
  auto cluster = one_holds_one();
  CHECK(asked(cluster).empty());
  CHECK(cluster.on(plan_absence{agent("s"), true}).wants_cycle);
  cluster.event_cycle();
  CHECK(asked(cluster) == names{"f@s"});
  cluster.on(activate_framework{framework("f")});
  cluster.batch();
  CHECK(asked(cluster).empty());
}

TEST_CASE("an offer of the same cycle counts as held") {
  local_allocator cluster;
  cluster.add_agent_with("s", "cpus:4;mem:64");
  cluster.on(plan_absence{agent("s"), true});
  cluster.add("f", "*");
  CHECK(cluster.event_cycle().size() == 1);
  CHECK(asked(cluster) == names{"f@s"});
}

TEST_CASE("who holds nothing there, or is disconnected, is not asked") {
  auto cluster = one_holds_one();
  cluster.add("g", "*");
  cluster.on(deactivate_framework{framework("f")});
  cluster.on(plan_absence{agent("s"), true});
  cluster.batch();
  CHECK(asked(cluster).empty());
  cluster.on(activate_framework{framework("f")});
  cluster.event_cycle();
  CHECK(asked(cluster) == names{"f@s"});
}

TEST_CASE("a framework in several roles is asked once for an agent") {
  local_allocator cluster;
  framework_options options;
  options.roles = {"a"};
  cluster.add("f", "b", options);
  cluster.on(add_agent{agent("s"),
                       {},
                       bag("cpus:4;mem:64"),
                       {{framework("f"), bag("cpus:1", "a") + bag("cpus:1", "b")}}});
  cluster.on(plan_absence{agent("s"), true});
  cluster.batch();
  CHECK(asked(cluster) == names{"f@s"});
}

TEST_CASE("who answered is asked again when the filter ends, not an interval later") {
  auto cluster = one_holds_one();
  cluster.on(plan_absence{agent("s"), true});
  cluster.event_cycle();
  CHECK(asked(cluster).size() == 1);
  cluster.on(end_inverse_offer{framework("f"), agent("s"), 300ms});
  cluster.now += 299ms;
  cluster.batch();
  CHECK(asked(cluster).empty());
  cluster.now += 1ms;
  cluster.batch();
  CHECK(asked(cluster) == names{"f@s"});
}

TEST_CASE("without a filter who answered is asked again by the batch and not at once") {
  auto cluster = one_holds_one();
  cluster.on(plan_absence{agent("s"), true});
  cluster.event_cycle();
  CHECK(asked(cluster).size() == 1);
  auto filter = GENERATE(as<std::optional<std::chrono::nanoseconds>>{}, std::nullopt, 0ns);
  CHECK_FALSE(cluster.on(end_inverse_offer{framework("f"), agent("s"), filter}).wants_cycle);
  cluster.event_cycle();
  CHECK(asked(cluster).empty());
  cluster.batch();
  CHECK(asked(cluster) == names{"f@s"});
}

TEST_CASE("an answer that nobody waits for changes nothing") {
  auto cluster = one_holds_one();
  cluster.on(plan_absence{agent("s"), true});
  cluster.on(end_inverse_offer{framework("f"), agent("s"), 1h});
  cluster.on(end_inverse_offer{framework("g"), agent("s"), 1h});
  cluster.on(end_inverse_offer{framework("f"), agent("t"), 1h});
  cluster.event_cycle();
  CHECK(asked(cluster) == names{"f@s"});
  cluster.on(end_inverse_offer{framework("f"), agent("s"), 1h});
  cluster.on(end_inverse_offer{framework("f"), agent("s"), std::nullopt});
  cluster.batch();
  CHECK(asked(cluster).empty());
}

TEST_CASE("an endless filter of an inverse offer is no overflow") {
  auto cluster = one_holds_one();
  cluster.on(plan_absence{agent("s"), true});
  cluster.event_cycle();
  CHECK(asked(cluster).size() == 1);
  cluster.on(end_inverse_offer{framework("f"), agent("s"), std::chrono::nanoseconds::max()});
  cluster.now += 24h;
  cluster.batch();
  CHECK(asked(cluster).empty());
}

TEST_CASE("revive, whatever its roles, lets the framework be asked again") {
  local_allocator cluster;
  framework_options options;
  options.roles = {"a"};
  cluster.add("f", "b", options);
  cluster.add_agent_with("s", "cpus:4;mem:64");
  cluster.on(plan_absence{agent("s"), true});
  cluster.event_cycle();
  CHECK(asked(cluster) == names{"f@s"});
  cluster.on(end_inverse_offer{framework("f"), agent("s"), 1h});
  cluster.on(revive_offers{framework("f"), {"b"}});
  cluster.event_cycle();
  CHECK(asked(cluster) == names{"f@s"});
  // What is open stays open.
  cluster.on(revive_offers{framework("f"), {"b"}});
  cluster.event_cycle();
  CHECK(asked(cluster).empty());
}

TEST_CASE("another time for an absence ends filters and open questions of its agent only") {
  local_allocator cluster;
  cluster.add("f", "*");
  for (auto name : {"s", "t"}) {
    cluster.add_agent_with(name, "cpus:4;mem:64");
    cluster.on(plan_absence{agent(name), true});
  }
  cluster.batch();
  CHECK(asked(cluster) == names{"f@s", "f@t"});
  cluster.on(end_inverse_offer{framework("f"), agent("t"), 1h});
  cluster.on(plan_absence{agent("s"), true});
  cluster.batch();
  CHECK(asked(cluster) == names{"f@s"});
  cluster.on(plan_absence{agent("t"), true});
  cluster.batch();
  CHECK(asked(cluster) == names{"f@t"});
}

TEST_CASE("an absence that is off asks nobody") {
  auto cluster = one_holds_one();
  cluster.on(plan_absence{agent("s"), true});
  CHECK_FALSE(cluster.on(plan_absence{agent("s"), false}).wants_cycle);
  cluster.on(activate_framework{framework("f")});
  cluster.batch();
  CHECK(asked(cluster).empty());
}

TEST_CASE("a disconnected agent asks nobody until it is back") {
  auto cluster = one_holds_one();
  cluster.on(deactivate_agent{agent("s")});
  cluster.on(plan_absence{agent("s"), true});
  cluster.batch();
  CHECK(asked(cluster).empty());
  cluster.on(activate_agent{agent("s")});
  cluster.event_cycle();
  CHECK(asked(cluster) == names{"f@s"});
}

TEST_CASE("what was asked is forgotten with its framework and with its agent") {
  auto cluster = one_holds_one();
  cluster.on(plan_absence{agent("s"), true});
  cluster.event_cycle();
  CHECK(cluster.core.inverse_offers().asked() == 1);
  SECTION("the framework goes") {
    cluster.on(recover_resources{framework("f"), agent("s"), bag("cpus:4;mem:64", "*"), {}});
    cluster.on(remove_framework{framework("f")});
  }
  SECTION("the agent goes") {
    cluster.on(remove_agent{agent("s")});
  }
  SECTION("the filter of a framework that goes") {
    cluster.on(end_inverse_offer{framework("f"), agent("s"), 1h});
    CHECK(cluster.core.inverse_offers().filters() == 1);
    cluster.on(deactivate_framework{framework("f")});
  }
  CHECK(cluster.core.inverse_offers().asked() == 0);
  CHECK(cluster.core.inverse_offers().filters() == 0);
}

TEST_CASE("an absence of an unknown agent is complained of") {
  local_allocator cluster;
  CHECK(cluster.on(plan_absence{agent("s"), true}).complaint == "agent s is unknown");
}

TEST_CASE("while all are asked, batches in which nothing changed visit nobody") {
  auto cluster = one_holds_one();
  cluster.on(plan_absence{agent("s"), true});
  cluster.event_cycle();
  auto cycles = cluster.core.cycles();
  cluster.now += 1h;
  cluster.batch();
  CHECK(cluster.core.cycles() == cycles);
}
