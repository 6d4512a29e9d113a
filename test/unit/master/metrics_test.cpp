#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::TaskState;

TEST_CASE("counters are published from the start, at zero") {
  world w;
  auto batch = w.core.take_metrics(w.now);
  for (std::string name : {"messages_register_framework", "messages_reregister_slave",
                           "slave_removals/reason_unhealthy", "tasks_gone_by_operator",
                           "dropped_messages", "valid_status_updates"}) {
    INFO(name);
    auto found = batch.counters().find("master/" + name);
    REQUIRE(found != batch.counters().end());
    CHECK(found->second == 0);
  }
  CHECK(batch.gauges().at("master/elected") == 0);
}

TEST_CASE("gauges show the books as they stand") {
  world w;
  w.start();
  auto agent = w.add_agent("a", "cpus:4;mem:1024");
  auto other = w.add_agent("b", "cpus:4;mem:1024");
  auto f = w.subscribe(framework_info());
  auto away = w.subscribe(framework_info());
  w.end_stream(away);
  w.call(f, accept(w.offer(f, agent, "cpus:2;mem:64"), {executor_task("t", "ex", agent)}));
  w.offer(f, other, "cpus:1");
  CHECK(w.counter("master/elected") == 1);
  CHECK(w.counter("master/slaves_connected") == 2);
  CHECK(w.counter("master/frameworks_connected") == 1);
  CHECK(w.counter("master/frameworks_disconnected") == 1);
  CHECK(w.counter("master/outstanding_offers") == 1);
  CHECK(w.counter("master/tasks_staging") == 1);
  CHECK(w.counter("master/cpus_total") == 8);
  CHECK(w.counter("master/cpus_used") == Approx(1.1));
  CHECK(w.counter("master/cpus_percent") == Approx(1.1 / 8));
  CHECK(w.counter("master/mem_used") == 64);
  w.say(agent.link, update(f, "t", TaskState::TASK_RUNNING, uuid('r')));
  CHECK(w.counter("master/tasks_staging") == 0);
  CHECK(w.counter("master/tasks_running") == 1);
  w.say(agent.link, update(f, "t", TaskState::TASK_FAILED, uuid('f')));
  CHECK(w.counter("master/tasks_running") == 0);
  CHECK(w.counter("master/tasks_failed") == 1);
  CHECK(w.counter("master/cpus_used") == Approx(0.1));
  w.break_link(other);
  CHECK(w.counter("master/slaves_inactive") == 1);
}

TEST_CASE("a framework has metrics of its own, under its encoded name") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info("my app/1"));
  const std::string prefix = "master/frameworks/my%20app%2F1/m-0000/";
  w.call(f, accept(w.offer(f, agent, "cpus:1;mem:32"), {command_task("t", agent)}));
  CHECK(w.counter(prefix + "subscribed") == 1);
  CHECK(w.counter(prefix + "calls/accept") == 1);
  CHECK(w.counter(prefix + "calls") == 2);
  CHECK(w.counter(prefix + "events/offers") == 1);
  CHECK(w.counter(prefix + "operations/launch") == 1);
  CHECK(w.counter(prefix + "offers/accepted") == 1);
  CHECK(w.counter(prefix + "tasks/active/task_staging") == 1);
  CHECK(w.counter(prefix + "roles/*/suppressed") == 0);
  w.say(agent.link, update(f, "t", TaskState::TASK_FINISHED, uuid('x')));
  CHECK(w.counter(prefix + "tasks/active/task_staging") == 0);
  CHECK(w.counter(prefix + "tasks/terminal/task_finished") == 1);
}

TEST_CASE("what a framework did counts under the name that it had then, also when it has gone") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info("old"));
  w.call(f, accept(w.offer(f, agent, "cpus:1;mem:32"), {command_task("t", agent)}));
  auto info = framework_info("new");
  info.mutable_id()->set_value(f.id.value());
  mesos::v1::scheduler::Call rename;
  rename.set_type(mesos::v1::scheduler::Call::UPDATE_FRAMEWORK);
  *rename.mutable_update_framework()->mutable_framework_info() = info;
  w.call(f, rename);
  w.teardown(f.id);
  CHECK(w.counter("master/frameworks/old/m-0000/calls/accept") == 1);
  CHECK(w.counter("master/frameworks/old/m-0000/tasks/active/task_staging") == 1);
  CHECK(w.counter("master/frameworks/new/m-0000/tasks/terminal/task_killed") == 1);
  CHECK(w.counter("master/frameworks/new/m-0000/tasks/active/task_staging") == 0);
}

TEST_CASE("the metrics of a framework end when it leaves the completed ones") {
  auto config = world::default_config();
  config.keep.completed_frameworks = 1;
  world w(config);
  w.start();
  w.teardown(w.subscribe(framework_info("one")).id);
  w.core.take_metrics(w.now);
  w.teardown(w.subscribe(framework_info("two")).id);
  auto forgotten = w.core.take_metrics(w.now).forgotten();
  REQUIRE(forgotten.size() == 1);
  CHECK(forgotten[0] == "master/frameworks/one/m-0000/");
}

TEST_CASE("a cause is part of the key of a terminal state, in the older words") {
  world w;
  w.start();
  auto f = w.subscribe(framework_info());
  auto agent = w.add_agent();
  w.call(f, accept(w.offer(f, agent, "cpus:1;mem:32"), {command_task("t", agent)}));
  link::ToMaster record;
  record.mutable_unregister()->mutable_agent_id()->set_value(agent.id.value());
  w.say(agent.link, record);
  CHECK(w.counter("master/task_lost/source_master/reason_slave_removed") == 1);
  CHECK(w.counter("master/tasks_lost") == 1);
}
