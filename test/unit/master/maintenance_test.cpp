#include "master/maintenance_checks.hpp"
#include "master/registry_codec.hpp"
#include "world.hpp"

#include <catch2/catch.hpp>

#include <troupe/registry.pb.h>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;

namespace {

constexpr const char* here = R"({"hostname":"Agent1","ip":"10.0.0.1"})";
constexpr const char* there = R"({"hostname":"agent2","ip":"192.0.2.7"})";

std::string window(const std::string& machines, const std::string& start = "2000",
                   const std::string& duration = "60") {
  return R"({"machine_ids":[)" + machines + R"(],"unavailability":{"start":{"nanoseconds":)" +
         start + R"(},"duration":{"nanoseconds":)" + duration + "}}}";
}

std::string schedule_call(const std::string& windows) {
  return R"({"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":{"schedule":)"
         R"({"windows":[)" +
         windows + "]}}}";
}

std::string down_call(const std::string& machines) {
  return R"({"type":"START_MAINTENANCE","start_maintenance":{"machines":[)" + machines + "]}}";
}

std::string up_call(const std::string& machines) {
  return R"({"type":"STOP_MAINTENANCE","stop_maintenance":{"machines":[)" + machines + "]}}";
}

void check_done(world& w, const std::string& call) {
  auto answer = w.operate(call);
  REQUIRE(answer);
  INFO(answer->text);
  CHECK(answer->status == 200);
}

void check_refused(world& w, const std::string& call, const std::string& text) {
  auto answer = w.operate(call);
  REQUIRE(answer);
  CHECK(answer->status == 400);
  CHECK(answer->text == text);
}

const stored::Maintenance& plan(const world& w) {
  auto changes = w.changes<delta::maintenance_changed>();
  REQUIRE(!changes.empty());
  return *w.changes<delta::maintenance_changed>().back().plan;
}

} // namespace

TEST_CASE("a wrong schedule is refused with its reason") {
  world w;
  w.start();
  check_refused(w, schedule_call(window("")),
                "List of machines in the maintenance window is empty");
  check_refused(w, schedule_call(window(here, "1", "-1")), "Unavailability 'duration' is negative");
  check_refused(w, schedule_call(window("{}")), "Both 'hostname' and 'ip' for a machine are empty");
  check_refused(w, schedule_call(window(R"({"ip":"x"})")), "Failed to parse IP: x");
  check_refused(
      w, schedule_call(window(here) + "," + window(R"({"hostname":"agent1","ip":"10.0.0.1"})")),
      R"(Machine '{"hostname":"agent1","ip":"10.0.0.1"}' appears more than once in the )"
      "schedule");
  CHECK(w.all<effect::store>().empty());
}

TEST_CASE("a schedule counts once it is stored; offers then say when the machine will be away") {
  world w;
  w.start();
  auto agent = w.add_agent("agent1");
  auto other = w.add_agent("agent2");
  auto f = w.subscribe(framework_info());
  w.offer(f, agent, "cpus:1;mem:100");
  w.offer(f, other, "cpus:1;mem:100");
  w.forget();
  w.store_at_once = false;
  CHECK(!w.operate(schedule_call(window(here))));
  CHECK(w.events(f, Event::RESCIND).empty());
  w.finish_stores();
  w.store_at_once = true;
  CHECK(w.all<effect::answer>().at(0).outcome.status == 200);
  CHECK(w.events(f, Event::RESCIND).size() == 1);
  w.offer(f, agent, "cpus:1;mem:100");
  auto offer = w.events(f, Event::OFFERS).back().offers().offers(0);
  CHECK(offer.unavailability().start().nanoseconds() == 2000);
  w.offer(f, other, "cpus:1;mem:100");
  CHECK(!w.events(f, Event::OFFERS).back().offers().offers(0).has_unavailability());
  w.forget();
  check_done(w, schedule_call(window(here) + "," + window(there)));
  CHECK(w.events(f, Event::RESCIND).empty());
  check_done(w, schedule_call(""));
  CHECK(w.events(f, Event::RESCIND).size() == 1);
}

TEST_CASE("only scheduled machines go down, and only those that are down come up") {
  world w;
  w.start();
  auto machine = std::string("Machine '") + there + "' ";
  check_refused(w, down_call(""), "List of machines is empty");
  check_refused(w, down_call(there), machine + "is not part of a maintenance schedule");
  check_done(w, schedule_call(window(here) + "," + window(there)));
  check_refused(w, up_call(there), machine + "is not in DOWN mode and cannot be brought up");
  check_refused(w, down_call(std::string(there) + "," + there),
                machine + "appears more than once in the list");
  check_done(w, down_call(there));
  CHECK(plan(w).down_size() == 1);
  check_refused(w, down_call(there),
                machine + "is not in DRAINING mode and cannot be brought down");
  check_refused(w, schedule_call(window(here)),
                machine + "is deactivated and cannot be removed from the schedule");
  check_done(w, up_call(there));
  CHECK(plan(w).down_size() == 0);
  REQUIRE(plan(w).schedule().windows_size() == 1);
  CHECK(plan(w).schedule().windows(0).machine_ids(0).hostname() == "Agent1");
}

TEST_CASE(
    "a machine that goes down loses its agents, and their tasks even to partition-aware ones") {
  world w;
  w.start();
  auto agent = w.add_agent("agent1");
  auto f =
      w.subscribe(with(framework_info(), mesos::v1::FrameworkInfo::Capability::PARTITION_AWARE));
  auto offers = w.offer(f, agent, "cpus:1;mem:100");
  w.call(f, accept(offers, {command_task("t", agent)}));
  check_done(w, schedule_call(window(here)));
  w.forget();
  check_done(w, down_call(here));
  auto orders = w.records(agent, link::ToAgent::kShutdown);
  REQUIRE(orders.size() == 1);
  CHECK(orders[0].shutdown().reason() == "Operator initiated 'Machine DOWN'");
  REQUIRE(w.updates(f).size() == 1);
  CHECK(w.updates(f)[0].state() == mesos::v1::TASK_LOST);
  CHECK(w.events(f, Event::FAILURE).size() == 1);
  CHECK(w.told_allocator<remove_agent>().size() == 1);
  CHECK(w.counter("master/slave_removals") == 1);
  CHECK(w.counter("master/slave_removals/reason_unregistered") == 0);
}

TEST_CASE("an agent of a machine that is down is told to shut down, new or not") {
  world w;
  w.start();
  check_done(w, schedule_call(window(R"({"hostname":"agent1"})")));
  check_done(w, down_call(R"({"hostname":"AGENT1"})"));
  auto link = w.open_link();
  link::ToMaster record;
  SECTION("new") {
    *record.mutable_register_() =
        registration("agent1", world::usual_resources, "slave(1)@10.0.0.9:5051");
  }
  SECTION("known") {
    auto* again = record.mutable_reregister()->mutable_registration();
    *again = registration("agent1", world::usual_resources, "slave(1)@10.0.0.9:5051");
    again->mutable_agent()->mutable_id()->set_value("m0-S0");
  }
  w.forget();
  w.say(link, record);
  REQUIRE(w.records(link).size() == 1);
  CHECK(w.records(link)[0].has_shutdown());
  CHECK(w.all<effect::store>().empty());
  check_done(w, up_call(R"({"hostname":"agent1"})"));
  w.forget();
  w.say(link, record);
  REQUIRE(!w.records(link).empty());
  CHECK(w.records(link)[0].has_registered());
}

TEST_CASE("an agent whose machine goes down while it registers does not stay") {
  world w;
  w.start();
  check_done(w, schedule_call(window(here)));
  w.store_at_once = false;
  w.forget();
  auto link = w.open_link();
  link::ToMaster record;
  *record.mutable_register_() =
      registration("agent1", world::usual_resources, "slave(1)@10.0.0.1:5051");
  w.say(link, record);
  CHECK(!w.operate(down_call(here)));
  auto stores = w.all<effect::store>();
  REQUIRE(stores.size() == 2);
  w.store_at_once = true;
  SECTION("the agent first") {
    w.take(w.core.registry_stored(stores[0].id, w.now));
    w.take(w.core.registry_stored(stores[1].id, w.now));
  }
  SECTION("the machine first") {
    w.take(w.core.registry_stored(stores[1].id, w.now));
    w.take(w.core.registry_stored(stores[0].id, w.now));
  }
  CHECK(w.told_allocator<remove_agent>().size() == 1);
  CHECK(w.changes<delta::agent_removed>().size() == 1);
}

TEST_CASE("maintenance is in the registry, and the next master goes on with it") {
  world w;
  w.start();
  check_done(w, schedule_call(window(here) + "," + window(there)));
  check_done(w, down_call(there));
  registry_book book;
  for (const auto& store : w.all<effect::store>())
    CHECK(book.apply(store.operation));
  CHECK(!book.apply(w.all<effect::store>().back().operation));
  auto known = registry_book::decode(book.encode())->content();
  REQUIRE(known.maintenance);
  world next;
  next.start(known);
  CHECK(plan(next).down_size() == 1);
  check_refused(next, down_call(there),
                std::string("Machine '") + there +
                    "' is not in DRAINING mode and cannot be brought down");
  bool in_snapshot = false;
  for (const auto& change : next.core.snapshot())
    in_snapshot = in_snapshot || std::holds_alternative<delta::maintenance_changed>(change);
  CHECK(in_snapshot);
}
