#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::TaskState;
using mesos::v1::TaskStatus;
using Capability = mesos::v1::FrameworkInfo::Capability;
using ToAgent = troupe::link::ToAgent;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

link::ToMaster register_record(const std::string& pid = "slave(1)@10.0.0.1:5051") {
  link::ToMaster record;
  *record.mutable_register_() = registration("host", world::usual_resources, pid);
  return record;
}

link::ToMaster unregister(const worker& agent) {
  link::ToMaster record;
  record.mutable_unregister()->mutable_agent_id()->set_value(agent.id.value());
  return record;
}

} // namespace

TEST_CASE("no agent is registered before the registry has stored it") {
  world w;
  w.start();
  w.store_at_once = false;
  auto link = w.open_link();
  w.say(link, register_record());
  REQUIRE(w.all<effect::store>().size() == 1);
  auto admit = std::get<registry_op::admit>(w.all<effect::store>()[0].operation);
  CHECK(admit.agent.value() == "m-S0");
  CHECK(admit.info->id().value() == "m-S0");
  CHECK(w.records(link).empty());
  CHECK(w.told_allocator<add_agent>().empty());
  CHECK(w.changes<delta::agent_changed>().empty());

  w.say(link, register_record());
  CHECK(w.all<effect::store>().size() == 1);

  w.finish_stores();
  REQUIRE(!w.records(link).empty());
  auto answer = w.records(link)[0].registered();
  CHECK(answer.agent_id().value() == "m-S0");
  CHECK(answer.ping_timeout_seconds() == 75.0);
  CHECK(answer.master().id() == "m");
  CHECK(w.told_allocator<add_agent>().size() == 1);
  CHECK(w.changes<delta::agent_changed>().back().agent->active);
}

TEST_CASE("an agent's total has its checkpointed reservations in place of what they were made of") {
  world w;
  w.start();
  auto link = w.open_link();
  auto record = register_record();
  auto* reserved = record.mutable_register_()->add_checkpointed_resources();
  *reserved = resources_message("cpus:1").Get(0);
  reserved->clear_role();
  auto* entry = reserved->add_reservations();
  entry->set_type(mesos::v1::Resource::ReservationInfo::DYNAMIC);
  entry->set_role("eng");
  w.say(link, record);
  REQUIRE(w.told_allocator<add_agent>().size() == 1);
  auto total = w.told_allocator<add_agent>()[0].total;
  CHECK(total.unreserved().cpus().to_double() == 3);
  CHECK(total.reserved("eng").cpus().to_double() == 1);
}

TEST_CASE("an agent that can't be admitted is told by the end of its link") {
  world w;
  w.start();
  auto link = w.open_link();
  auto record = register_record();
  SECTION("too old") {
    record.mutable_register_()->set_version("0.28.1");
  }
  SECTION("no version") {
    record.mutable_register_()->set_version("latest");
  }
  SECTION("a fault domain, but the master has none") {
    auto* domain = record.mutable_register_()->mutable_agent()->mutable_domain();
    domain->mutable_fault_domain()->mutable_region()->set_name("r");
    domain->mutable_fault_domain()->mutable_zone()->set_name("z");
  }
  SECTION("a negative resource") {
    record.mutable_register_()->mutable_agent()->mutable_resources(0)->mutable_scalar()->set_value(
        -1);
  }
  SECTION("checkpointed resources that it does not have") {
    *record.mutable_register_()->add_checkpointed_resources() =
        resources_message("cpus(x):100").Get(0);
  }
  SECTION("a pid of another form") {
    record.mutable_register_()->set_pid("nonsense");
  }
  w.say(link, record);
  CHECK(w.closed_link(link));
  CHECK(w.all<effect::store>().empty());
  w.say(link, register_record());
  CHECK(w.all<effect::store>().empty());
}

TEST_CASE("an agent that names no pid is known by its link's peer") {
  world w;
  w.start();
  auto record = register_record();
  record.mutable_register_()->clear_pid();
  w.say(w.open_link(), record);
  CHECK(w.changes<delta::agent_changed>().back().agent->pid == "slave(1)@10.0.0.1:5051");
}

TEST_CASE("a registration that comes again is answered again") {
  world w;
  w.start();
  auto agent = w.add_agent();
  w.forget();
  w.say(agent.link, register_record());
  REQUIRE(w.records(agent, ToAgent::kRegistered).size() == 1);
  CHECK(w.records(agent, ToAgent::kRegistered)[0].registered().agent_id().value() ==
        agent.id.value());
  CHECK(w.all<effect::store>().empty());
}

TEST_CASE("an agent that missed its answer gets the same id on a new link") {
  world w;
  w.start();
  auto agent = w.add_agent("host", world::usual_resources, "slave(1)@10.0.0.1:5051");
  w.forget();
  auto link = w.open_link();
  w.say(link, register_record());
  REQUIRE(!w.records(link).empty());
  CHECK(w.records(link)[0].registered().agent_id().value() == agent.id.value());
  CHECK(w.closed_link(agent.link));
}

TEST_CASE("a new agent at the address of a disconnected one replaces it") {
  world w;
  w.start();
  auto f = w.subscribe(with(framework_info(), Capability::PARTITION_AWARE));
  auto old = w.add_agent("host", world::usual_resources, "slave(1)@10.0.0.1:5051");
  w.call(f, accept(w.offer(f, old, "cpus:1;mem:32"), {command_task("t", old)}));
  w.break_link(old);
  w.forget();

  auto link = w.open_link();
  w.say(link, register_record());

  REQUIRE(!w.records(link).empty());
  CHECK(w.records(link)[0].registered().agent_id().value() == "m-S1");
  REQUIRE(w.updates(f).size() == 1);
  CHECK(w.updates(f)[0].state() == TaskState::TASK_LOST);
  CHECK(w.updates(f)[0].reason() == TaskStatus::REASON_AGENT_REMOVED);
  CHECK(w.changes<delta::agent_removed>()[0].agent == old.id);
  CHECK(w.counter("master/slave_removals/reason_registered") == 1);
}

TEST_CASE("an agent that answers pings stays, one that does not becomes unreachable after five") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.pass(minutes{20});
  CHECK(w.changes<delta::agent_removed>().empty());
  w.answer_pings = false;
  w.pass(seconds{15});
  w.forget();
  w.pass(seconds{74});
  CHECK(w.changes<delta::agent_removed>().empty());
  CHECK(w.records(agent, ToAgent::kPing).size() == 4);
  w.pass(seconds{16});
  CHECK(w.changes<delta::agent_removed>().size() == 1);
  CHECK(w.events(f, Event::FAILURE).size() == 1);
  CHECK(!w.events(f, Event::FAILURE)[0].failure().has_executor_id());
  CHECK(w.closed_link(agent.link));
  auto op = std::get<registry_op::mark_unreachable>(w.all<effect::store>().back().operation);
  CHECK(op.agent == agent.id);
  CHECK(w.counter("master/slave_removals/reason_unhealthy") == 1);
  CHECK(w.changes<delta::master_changed>().back().master->unreachable_agents == 1);
}

TEST_CASE("an agent is unreachable only once the registry says so") {
  world w;
  w.start();
  auto agent = w.add_agent();
  w.answer_pings = false;
  w.store_at_once = false;
  w.pass(minutes{2});
  CHECK(w.changes<delta::agent_removed>().empty());
  w.finish_stores();
  CHECK(w.changes<delta::agent_removed>().size() == 1);
}

TEST_CASE("tasks of an unreachable agent wait, frameworks hear what they can understand") {
  bool aware = GENERATE(false, true);
  world w;
  w.start();
  auto agent = w.add_agent();
  auto info = framework_info();
  auto f = w.subscribe(aware ? with(info, Capability::PARTITION_AWARE) : info);
  w.call(f, accept(w.offer(f, agent, "cpus:2;mem:64"),
                   {command_task("t", agent), command_task("over", agent)}));
  w.say(agent.link, update(f, "over", TaskState::TASK_FINISHED, uuid('x')));
  auto offered = w.offer(f, agent, "cpus:1");
  w.answer_pings = false;
  w.forget();
  w.pass(minutes{2});

  CHECK(w.events(f, Event::RESCIND).size() == 1);
  REQUIRE(w.updates(f).size() == 1);
  auto status = w.updates(f)[0];
  CHECK(status.task_id().value() == "t");
  CHECK(status.state() == (aware ? TaskState::TASK_UNREACHABLE : TaskState::TASK_LOST));
  CHECK(status.reason() == TaskStatus::REASON_AGENT_REMOVED);
  CHECK(status.has_unreachable_time() == aware);
  CHECK(w.changes<delta::task_unreachable>().size() == 1);
  CHECK(w.changes<delta::task_completed>().size() == 1);
  CHECK(w.told_allocator<recover_resources>().size() == 2);
  CHECK(w.told_allocator<remove_agent>().size() == 1);
  CHECK(w.counter("master/tasks_unreachable") == 1);

  w.forget();
  w.call(f, reconcile({{"t", ""}}));
  CHECK(w.updates(f)[0].state() == (aware ? TaskState::TASK_UNREACHABLE : TaskState::TASK_LOST));
  auto other = w.add_agent("other");
  w.call(f, accept(w.offer(f, other, "cpus:1;mem:32"), {command_task("t", other)}));
  CHECK(w.updates(f).back().message() == "Task has duplicate ID: t");
}

TEST_CASE("a disconnected agent that does not return in time becomes unreachable") {
  world w;
  w.start();
  auto agent = w.add_agent();
  w.break_link(agent);
  CHECK(!w.changes<delta::agent_changed>().back().agent->active);
  w.pass(minutes{9});
  CHECK(w.changes<delta::agent_removed>().empty());
  w.pass(minutes{1});
  CHECK(w.changes<delta::agent_removed>().size() == 1);
}

TEST_CASE("a framework without checkpoints loses its tasks with the agent's link") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto info = framework_info();
  info.set_checkpoint(false);
  auto f = w.subscribe(info);
  auto kept = w.subscribe(framework_info());
  w.call(f, accept(w.offer(f, agent, "cpus:2;mem:64"), {executor_task("t", "ex", agent)}));
  w.call(kept, accept(w.offer(kept, agent, "cpus:1;mem:32"), {command_task("k", agent)}));
  w.forget();
  w.break_link(agent);
  REQUIRE(w.updates(f).size() == 1);
  CHECK(w.updates(f)[0].state() == TaskState::TASK_LOST);
  CHECK(w.updates(f)[0].reason() == TaskStatus::REASON_AGENT_DISCONNECTED);
  CHECK(w.changes<delta::executor_removed>().size() == 1);
  CHECK(w.updates(kept).empty());
}

TEST_CASE("an agent that says good-bye is removed, its tasks are lost for everybody") {
  world w;
  w.start();
  auto agent = w.add_agent("agent1");
  auto f = w.subscribe(with(framework_info(), Capability::PARTITION_AWARE));
  w.call(f, accept(w.offer(f, agent, "cpus:2;mem:64"), {executor_task("t", "ex", agent)}));
  w.forget();
  w.say(agent.link, unregister(agent));
  REQUIRE(w.updates(f).size() == 1);
  auto status = w.updates(f)[0];
  CHECK(status.state() == TaskState::TASK_LOST);
  CHECK(status.message() == "Agent agent1 removed: the agent unregistered");
  CHECK(status.executor_id().value() == "ex");
  CHECK(w.events(f, Event::FAILURE).size() == 1);
  CHECK(std::holds_alternative<registry_op::remove>(w.all<effect::store>()[0].operation));
  CHECK(w.changes<delta::task_completed>().size() == 1);
  CHECK(w.counter("master/slave_removals/reason_unregistered") == 1);
}

TEST_CASE("an agent can't unregister another one") {
  world w;
  w.start();
  auto one = w.add_agent("a");
  auto two = w.add_agent("b");
  w.forget();
  w.say(one.link, unregister(two));
  CHECK(w.all<effect::store>().empty());
}

TEST_CASE("whoever speaks without having registered is told to") {
  world w;
  w.start();
  auto f = w.subscribe(framework_info());
  auto link = w.open_link();
  w.say(link, update(f, "t", TaskState::TASK_RUNNING, uuid('x')));
  CHECK(w.updates(f).empty());
  REQUIRE(w.records(link).size() == 1);
  CHECK(!w.records(link)[0].ping().connected());
}

TEST_CASE("a link that opens before the registry is loaded is served afterwards") {
  world w;
  auto link = w.open_link();
  w.say(link, register_record());
  CHECK(w.all<effect::store>().empty());
  w.start();
  REQUIRE(!w.records(link).empty());
  CHECK(w.records(link)[0].has_registered());
}

TEST_CASE("an agent whose link breaks while it is admitted is there, but disconnected") {
  world w;
  w.start();
  w.store_at_once = false;
  auto link = w.open_link();
  w.say(link, register_record());
  w.take(w.core.link_down(link, "broken", w.now));
  w.finish_stores();
  CHECK(!w.changes<delta::agent_changed>().back().agent->active);
  CHECK(w.told_allocator<deactivate_agent>().size() == 1);
  w.store_at_once = true;
  w.pass(minutes{10});
  CHECK(w.changes<delta::agent_removed>().size() == 1);
}
