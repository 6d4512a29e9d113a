/// The conversation with the master.
#include "core_fixture.hpp"

using namespace troupe;
using namespace troupe::agent;
using namespace troupe::agent::test;
using v1::executor::Event;

namespace {

template <class Predicate>
std::size_t count_told(const core_fixture& f, Predicate wanted) {
  std::size_t n = 0;
  for (const auto& x : f.every<effect::tell_master>())
    n += wanted(*x.record);
  return n;
}

link::ToAgent ping(bool connected) {
  link::ToAgent record;
  record.mutable_ping()->set_connected(connected);
  return record;
}

} // namespace

TEST_CASE("a new agent registers, and keeps the id it is given on disk first") {
  core_fixture f;
  f.start();
  f.did(f.core.link_up(f.now));
  f.pass(1s);
  REQUIRE(count_told(f, [](const auto& x) { return x.has_register_(); }) >= 1);
  const auto& sent = f.every<effect::tell_master>()[0].record->register_();
  CHECK(sent.agent().hostname() == "host1");
  CHECK(sent.version() == "1.7.3");
  CHECK(sent.pid() == "slave(1)@127.0.0.1:5051");
  CHECK(sent.capabilities_size() == 4);
  f.register_agent();
  CHECK(f.core.id() == agent_id{"A1"});
  CHECK(f.files.contains("slaves/A1/slave.info"));
  CHECK(f.files.at("slaves/latest") == "A1");
}

TEST_CASE("the agent asks again until it is answered") {
  core_fixture f;
  f.start();
  f.did(f.core.link_up(f.now));
  f.pass(5min);
  CHECK(count_told(f, [](const auto& x) { return x.has_register_(); }) >= 5);
  f.register_agent();
  f.forget();
  f.did(f.core.record_received(ping(true), f.now));
  f.pass(1min);
  CHECK(count_told(f, [](const auto& x) { return x.has_register_(); }) == 0);
}

TEST_CASE("an agent that the master calls by another id gives up") {
  registered_core f;
  link::ToAgent record;
  auto& registered = *record.mutable_registered();
  registered.mutable_agent_id()->set_value("A2");
  registered.set_ping_timeout_seconds(75);
  f.receive(record);
  REQUIRE(f.every<effect::stop>().size() == 1);
  CHECK(f.every<effect::stop>()[0].failed);
}

TEST_CASE("a ping is answered at once, without waiting for the disk") {
  registered_core f;
  f.receive(ping(true));
  REQUIRE(f.every<effect::tell_master>().size() == 1);
  CHECK(f.every<effect::tell_master>()[0].record->has_pong());
  CHECK(f.every<effect::tell_master>()[0].urgent);
}

TEST_CASE("a ping that disowns the agent makes it re-register with what it has") {
  registered_core f;
  f.run(command_task_info("t1"));
  f.run(custom_task_info("t2"));
  f.forget();
  f.receive(ping(false));
  const auto told = f.every<effect::tell_master>();
  REQUIRE(told.size() == 2); // pong, re-registration
  const auto& sent = told[1].record->reregister();
  CHECK(sent.registration().agent().id().value() == "A1");
  REQUIRE(sent.tasks_size() == 2);
  REQUIRE(sent.frameworks_size() == 1);
  REQUIRE(sent.executors_size() == 1); // command executors are not the framework's
  CHECK(sent.executors(0).executor().executor_id().value() == "ex");
  for (const auto& task : sent.tasks())
    CHECK(task.has_executor_id() == (task.task_id().value() == "t2"));
}

TEST_CASE("no ping for the agreed time ends the link") {
  registered_core f;
  f.pass(75s);
  CHECK(f.every<effect::end_link>().size() == 1);
}

TEST_CASE("updates wait while there is no master and are all sent on registration") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.run(custom_task_info("t2"));
  f.subscribe("ex", false);
  f.did(f.core.link_down(f.now));
  f.forget();
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a'));
  f.update("ex", f.status("t2", v1::TASK_RUNNING, 'b'));
  f.pass(1h);
  CHECK(f.states().empty());
  f.register_agent();
  CHECK(f.states() == std::vector{v1::TASK_RUNNING, v1::TASK_RUNNING});
}

TEST_CASE("a re-registration names the last update that was on its way") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.subscribe("ex", false);
  f.update("ex", f.status("t1", v1::TASK_STARTING, 'a'));
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'b'));
  f.forget();
  f.receive(ping(false));
  const auto& task = f.every<effect::tell_master>()[1].record->reregister().tasks(0);
  CHECK(task.state() == v1::TASK_RUNNING);
  CHECK(task.status_update_state() == v1::TASK_STARTING);
  CHECK(task.status_update_uuid() == std::string(16, 'a'));
}

TEST_CASE("tasks that the agent never saw are answered, those it has are not") {
  core_fixture f;
  f.start();
  f.register_agent();
  f.run(command_task_info("t1"));
  f.did(f.core.link_down(f.now));
  f.forget();
  f.register_agent({"t1", "ghost"});
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().task_id().value() == "ghost");
  CHECK(f.updates()[0].status().state() == v1::TASK_LOST);
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_RECONCILIATION);
  CHECK(f.updates()[0].status().uuid().size() == 16);
}

TEST_CASE("a partition aware framework hears TASK_DROPPED for a task that never arrived") {
  core_fixture f;
  f.start();
  f.register_agent();
  f.run(command_task_info("t1"), make_framework(true, true));
  f.did(f.core.link_down(f.now));
  f.forget();
  f.register_agent({"ghost"});
  CHECK(f.states() == std::vector{v1::TASK_DROPPED});
}

TEST_CASE("the same lost task is reported once, however often the agent re-registers") {
  core_fixture f;
  f.start();
  f.register_agent({"ghost"});
  const auto first = f.updates().at(0).status();
  CHECK(first.state() == v1::TASK_DROPPED); // the master knows what this framework understands
  f.did(f.core.link_down(f.now));
  f.forget();
  f.register_agent({"ghost"});
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().uuid() == first.uuid());
}

TEST_CASE("a framework that is shut down ends without updates") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.subscribe("ex", false);
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a'));
  const auto container = f.last_container();
  f.forget();
  link::ToAgent record;
  record.mutable_shutdown_framework()->mutable_framework_id()->set_value("F1");
  f.receive(record);
  CHECK(f.events() == std::vector{Event::SHUTDOWN});
  CHECK(f.update("ex", f.status("t1", v1::TASK_KILLED, 'b')) == 202);
  f.did(f.core.container_exited({container, container_end::exited, 0, "", 0}, f.now));
  f.pass(1min);
  CHECK(f.states().empty());
  CHECK(f.core.view()->frameworks.empty());
  for (const auto& [path, bytes] : f.files)
    CHECK(path.find("frameworks") == std::string::npos);
}

TEST_CASE("a framework shut down here is named as completed in re-registrations") {
  registered_core f;
  f.run(custom_task_info("t1"));
  const auto container = f.last_container();
  link::ToAgent record;
  record.mutable_shutdown_framework()->mutable_framework_id()->set_value("F1");
  f.receive(record);
  f.did(f.core.container_exited({container, container_end::destroyed, 9, "", 0}, f.now));
  f.forget();
  f.receive(ping(false));
  const auto& sent = f.every<effect::tell_master>().back().record->reregister();
  CHECK(sent.frameworks_size() == 0);
  REQUIRE(sent.completed_frameworks_size() == 1);
}

TEST_CASE("a framework that is merely idle is not called completed") {
  registered_core f;
  f.run(command_task_info("t1"));
  f.exited(container_end::launch_failed, std::nullopt, "x");
  f.acknowledge(f.updates().back().status());
  CHECK(f.core.view()->frameworks.empty());
  f.forget();
  f.receive(ping(false));
  CHECK(f.every<effect::tell_master>().back().record->reregister().completed_frameworks_size() ==
        0);
}

TEST_CASE("the master's shutdown ends executors first, then the agent, which forgets its id") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.subscribe("ex", false);
  const auto container = f.last_container();
  f.forget();
  link::ToAgent record;
  record.mutable_shutdown()->set_reason("gone");
  f.receive(record);
  CHECK(f.events() == std::vector{Event::SHUTDOWN});
  CHECK(f.every<effect::stop>().empty());
  f.did(f.core.container_exited({container, container_end::exited, 0, "", 0}, f.now));
  REQUIRE(f.every<effect::stop>().size() == 1);
  CHECK_FALSE(f.every<effect::stop>()[0].failed);
  CHECK_FALSE(f.files.contains("slaves/latest"));
}

TEST_CASE("an agent that leaves unregisters") {
  registered_core f;
  f.did(f.core.leave_cluster(f.now));
  CHECK(count_told(f, [](const auto& x) { return x.has_unregister(); }) == 1);
  CHECK(f.every<effect::stop>().size() == 1);
}

TEST_CASE("tasks are not accepted any more once the agent leaves") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.subscribe("ex", false);
  f.did(f.core.leave_cluster(f.now));
  f.forget();
  f.run(command_task_info("t2"));
  CHECK(f.all.empty());
}

TEST_CASE("the same seed and the same events give the same effects") {
  registered_core a, b;
  for (auto* f : {&a, &b}) {
    f->run(command_task_info("t1"));
    f->exited(container_end::launch_failed, std::nullopt, "x");
  }
  REQUIRE(a.updates().size() == 1);
  CHECK(a.updates()[0].SerializeAsString() == b.updates()[0].SerializeAsString());
  CHECK(a.last_container() == b.last_container());
}

TEST_CASE("gauges show what runs and what it uses") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.subscribe("ex", false);
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a'));
  const auto gauges = f.core.gauges(f.now);
  CHECK(gauges.at("slave/tasks_running") == 1);
  CHECK(gauges.at("slave/executors_running") == 1);
  CHECK(gauges.at("slave/registered") == 1);
  CHECK(gauges.at("slave/cpus_total") == 8);
  CHECK(gauges.at("slave/cpus_used") == Approx(1.1));
  CHECK(gauges.at("slave/tasks_lost") == 0);
}
