#include "test/actor/allocator/allocator_stage.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;
using namespace std::chrono_literals;

TEST_CASE("the metrics hear of cycles, and ask the allocator for its gauges") {
  deterministic_system system;
  auto runs = std::make_shared<double>(-1);
  auto samples = std::make_shared<std::size_t>(0);
  auto sources = std::make_shared<int>(0);
  auto collector = [=](metrics_actor::pointer) -> metrics_actor::behavior_type {
    return {[=](const metric_batch& batch) {
              auto counted = batch.counters().find("allocator/mesos/allocation_runs");
              *runs = (*runs < 0 ? 0 : *runs) + counted->second;
              *samples += batch.samples().size();
            },
            [=](const add_gauge_source&) { ++*sources; },
            [=](const get_metrics&) { return metrics_snapshot{}; }};
  };
  allocator_config config;
  config.metrics = system.actors().spawn(collector);
  auto numbers = config.metrics;
  std::vector<offers_made> received;
  auto master = system.actors().spawn(sink, &received);
  auto actor = system.actors().spawn(hierarchical_allocator, std::move(config));
  system.run();
  CHECK(*runs == 0);
  CHECK(*sources == 1);
  add_framework framework;
  framework.framework = framework_id("f");
  framework.options.roles = {"dev"};
  caf::anon_send(actor, framework);
  add_agent agent;
  agent.agent = agent_id("s");
  agent.total = *parse_resources("cpus:4");
  caf::anon_send(actor, agent);
  caf::anon_send(actor, start_allocator{master});
  system.run();
  system.advance(5s);
  CHECK(received.size() == 1);
  CHECK(*runs == 1);
  CHECK(*samples == 2);
  for (auto part : {caf::actor_cast<caf::actor>(actor), caf::actor_cast<caf::actor>(master),
                    caf::actor_cast<caf::actor>(numbers)})
    caf::anon_send_exit(part, caf::exit_reason::user_shutdown);
  system.run();
}

TEST_CASE("the allocator's gauges tell of the cluster, quotas, filters and shares") {
  fixture f;
  caf::scoped_actor self{f.system.actors()};
  auto ask = [&] {
    gauge_values result;
    auto answer = self->request(f.actor, caf::infinite, get_gauges{});
    f.system.run();
    answer.receive([&](gauge_values& values) { result = std::move(values); },
                   [](const caf::error&) {});
    return result;
  };
  f.start_with_one_of_each("cpus:4;mem:100");
  f.system.advance(1ms);
  f.give_back(f.offers().at(0), 1h);
  quantities two{{"cpus", quantity::from_milli(2'000)}};
  f.tell(set_quota{"ops", two, two});
  auto values = ask();
  CHECK(values.at("allocator/mesos/resources/cpus/total") == 4);
  CHECK(values.at("allocator/mesos/resources/cpus/offered_or_allocated") == 0);
  CHECK(values.at("allocator/mesos/offer_filters/roles/dev/active") == 1);
  CHECK(values.at("allocator/mesos/roles/dev/shares/dominant") == 0);
  CHECK(values.at("allocator/mesos/quota/roles/ops/resources/cpus/guarantee") == 2);
  CHECK(values.at("allocator/mesos/quota/roles/ops/resources/cpus/offered_or_allocated") == 0);
  CHECK(values.at("allocator/mesos/event_queue_dispatches") >= 0);
  f.tell(set_quota{"ops", {}, {}});
  f.tell(revive_offers{framework_id("f"), {}});
  f.system.advance(1ms);
  values = ask();
  CHECK(values.at("allocator/mesos/resources/cpus/offered_or_allocated") == 4);
  CHECK(values.at("allocator/mesos/roles/dev/shares/dominant") == 1);
  CHECK(values.at("allocator/mesos/offer_filters/roles/dev/active") == 0);
}

TEST_CASE("an operator's conversion is answered: done, or why not") {
  fixture f;
  f.start();
  f.add_agent_with("cpus:4");
  caf::scoped_actor self{f.system.actors()};
  auto ask = [&](const std::string& before) {
    auto from = *parse_resources(before);
    reservation mine;
    mine.role = "dev";
    std::string refused = "no answer";
    auto answer =
        self->request(f.actor, caf::infinite,
                      convert_available{agent_id("s"), from, from.pushed_reservation(mine)});
    f.system.run();
    answer.receive([&](const conversion_outcome& outcome) { refused = outcome.refused; },
                   [](const caf::error&) {});
    return refused;
  };
  CHECK(ask("cpus:3") == "");
  CHECK(ask("cpus:2") == "agent s: not all of cpus:2 is free: what is free is cpus:1; cpus(dev):3");
}

TEST_CASE("quotas reach the cycle through the actor, and its sorter of quota roles") {
  fixture f;
  f.add_framework_in("dev", "f");
  f.add_framework_in("ops", "g");
  f.add_agent_with("cpus:8;mem:100");
  quantities two{{"cpus", quantity::from_milli(2'000)}};
  f.tell(set_quota{"ops", two, two});
  f.start();
  f.system.advance(1ms);
  auto offers = f.offers();
  REQUIRE(offers.size() == 2);
  CHECK(offers[0].role == "ops");
  CHECK(offers[0].offered.cpus() == quantity::from_milli(2'000));
  CHECK(offers[1].role == "dev");
  CHECK(offers[1].offered.cpus() == quantity::from_milli(6'000));
}

TEST_CASE("a planned absence leads to inverse offers, again when the last one has ended") {
  fixture f;
  f.start_with_one_of_each("cpus:4;mem:100");
  f.system.advance(1ms);
  REQUIRE(f.offers().size() == 1);
  f.tell(plan_absence{agent_id("s"), true});
  f.system.advance(1ms);
  const inverse_allocation asked{framework_id("f"), agent_id("s")};
  REQUIRE(f.received.size() == 1);
  CHECK(f.received[0].offers.empty());
  CHECK(f.received[0].inverse_offers == std::vector{asked});
  f.system.advance(10s);
  CHECK(f.received.size() == 1);
  f.tell(end_inverse_offer{framework_id("f"), agent_id("s"), 5s});
  f.system.advance(4s);
  CHECK(f.received.size() == 1);
  f.system.advance(2s);
  REQUIRE(f.received.size() == 2);
  CHECK(f.received[1].inverse_offers == std::vector{asked});
}

TEST_CASE("the first quota may come while the other sorters' tables are lent") {
  fixture f;
  f.add_framework_in("dev", "f");
  f.start();
  f.add_agent_with("cpus:1;mem:100", "s0");
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
  f.add_framework_in("ops", "g");
  quantities two{{"cpus", quantity::from_milli(2'000)}};
  f.tell(set_quota{"ops", two, two});
  f.add_agent_with("cpus:8;mem:100", "s1");
  f.system.advance(1ms);
  auto offers = f.offers();
  REQUIRE(offers.size() == 2);
  CHECK(offers[0].role == "ops");
  CHECK(offers[0].offered.cpus() == quantity::from_milli(2'000));
  CHECK(offers[1].role == "dev");
}
