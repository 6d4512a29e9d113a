#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::TaskState;
using mesos::v1::TaskStatus;
using Capability = mesos::v1::FrameworkInfo::Capability;

namespace {

registry known_agent(const std::string& id) {
  registry known;
  auto info = std::make_shared<mesos::v1::AgentInfo>();
  info->set_hostname("old");
  info->mutable_id()->set_value(id);
  known.admitted[agent_id{id}] = info;
  return known;
}

registry left_agents() {
  registry known;
  known.unreachable[agent_id{"away"}] = 1234;
  known.gone[agent_id{"gone"}] = 1;
  return known;
}

Call reconcile_operation(const std::string& agent) {
  Call call;
  call.set_type(Call::RECONCILE_OPERATIONS);
  auto* asked = call.mutable_reconcile_operations()->add_operations();
  asked->mutable_operation_id()->set_value("op");
  if (!agent.empty())
    asked->mutable_agent_id()->set_value(agent);
  return call;
}

} // namespace

TEST_CASE("a known task reconciles to the state that its framework was told last") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.call(f, accept(w.offer(f, agent, "cpus:1;mem:32"), {command_task("t", agent)}));
  w.forget();
  w.call(f, reconcile({{"t", ""}}));
  REQUIRE(w.updates(f).size() == 1);
  auto status = w.updates(f)[0];
  CHECK(status.state() == TaskState::TASK_STAGING);
  CHECK(status.source() == TaskStatus::SOURCE_MASTER);
  CHECK(status.reason() == TaskStatus::REASON_RECONCILIATION);
  CHECK(status.message() == "Reconciliation: Latest task state");
  CHECK(status.agent_id().value() == agent.id.value());
  CHECK(!status.has_uuid());
  CHECK(!status.has_executor_id());

  auto record = update(f, "t", TaskState::TASK_RUNNING, uuid('r'));
  record.mutable_status_update()->set_latest_state(TaskState::TASK_FINISHED);
  record.mutable_status_update()->mutable_status()->set_healthy(false);
  record.mutable_status_update()->mutable_status()->mutable_container_status()->set_executor_pid(
      42);
  w.say(agent.link, record);
  w.forget();
  w.call(f, reconcile({}));
  REQUIRE(w.updates(f).size() == 1);
  status = w.updates(f)[0];
  CHECK(status.state() == TaskState::TASK_RUNNING);
  CHECK(status.container_status().executor_pid() == 42);
  CHECK(status.has_healthy());
  CHECK(!status.healthy());
}

TEST_CASE("reconciliation does not run ahead of an update that came while nobody listened") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.call(f, accept(w.offer(f, agent, "cpus:1;mem:32"), {command_task("t", agent)}));
  w.end_stream(f);
  auto record = update(f, "t", TaskState::TASK_STARTING, uuid('s'));
  record.mutable_status_update()->set_latest_state(TaskState::TASK_FAILED);
  w.say(agent.link, record);
  auto again = w.resubscribe(f, framework_info());
  w.call(again, reconcile({}));
  REQUIRE(w.updates(again).size() == 1);
  CHECK(w.updates(again)[0].state() == TaskState::TASK_STARTING);
}

TEST_CASE("an unknown task reconciles by what is known of its agent") {
  bool aware = GENERATE(false, true);
  world w;
  w.start(left_agents());
  auto agent = w.add_agent();
  auto info = framework_info();
  auto f = w.subscribe(aware ? with(info, Capability::PARTITION_AWARE) : info);
  auto ask = [&](const std::string& on) {
    w.forget();
    w.call(f, reconcile({{"x", on}}));
    REQUIRE(w.updates(f).size() == 1);
    return w.updates(f)[0];
  };
  auto expected = [&](TaskState state) { return aware ? state : TaskState::TASK_LOST; };
  CHECK(ask(agent.id.value()).state() == expected(TaskState::TASK_GONE));
  auto away = ask("away");
  CHECK(away.state() == expected(TaskState::TASK_UNREACHABLE));
  CHECK(away.has_unreachable_time() == aware);
  if (aware)
    CHECK(away.unreachable_time().nanoseconds() == 1234);
  CHECK(ask("gone").state() == expected(TaskState::TASK_GONE_BY_OPERATOR));
  CHECK(ask("never seen").state() == expected(TaskState::TASK_UNKNOWN));
  auto nowhere = ask("");
  CHECK(nowhere.state() == expected(TaskState::TASK_UNKNOWN));
  CHECK(!nowhere.has_agent_id());
  // Its link is down: what it runs may not have ended.
  w.break_link(agent);
  CHECK(ask(agent.id.value()).state() == expected(TaskState::TASK_UNKNOWN));
}

TEST_CASE("no answer while an agent that may know the task has not come back") {
  world w;
  w.start(known_agent("old"));
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.forget();
  w.call(f, reconcile({{"x", "old"}}));
  w.call(f, reconcile({{"x", ""}}));
  CHECK(w.updates(f).empty());
  w.call(f, reconcile({{"x", agent.id.value()}}));
  CHECK(w.updates(f).size() == 1);
}

TEST_CASE("implicit reconciliation leaves completed tasks out") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.call(f, accept(w.offer(f, agent, "cpus:2;mem:64"),
                   {command_task("a", agent), command_task("b", agent)}));
  w.say(agent.link, update(f, "a", TaskState::TASK_FINISHED, uuid('x')));
  w.call(f, acknowledge(agent, "a", uuid('x')));
  w.forget();
  w.call(f, reconcile({}));
  REQUIRE(w.updates(f).size() == 1);
  CHECK(w.updates(f)[0].task_id().value() == "b");
  w.forget();
  w.call(f, reconcile({{"a", ""}}));
  CHECK(w.updates(f)[0].state() == TaskState::TASK_LOST);
}

TEST_CASE("RECONCILE_OPERATIONS is answered in the body") {
  auto known = left_agents();
  known.admitted = known_agent("old").admitted;
  world w;
  w.start(known);
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  auto state = [&](const std::string& on) {
    auto answer = w.call(f, reconcile_operation(on));
    CHECK(answer.status == 200);
    auto response = std::dynamic_pointer_cast<const mesos::v1::scheduler::Response>(answer.message);
    REQUIRE(response);
    CHECK(response->type() == mesos::v1::scheduler::Response::RECONCILE_OPERATIONS);
    REQUIRE(response->reconcile_operations().operation_statuses_size() == 1);
    return response->reconcile_operations().operation_statuses(0).state();
  };
  CHECK(state("old") == mesos::v1::OPERATION_RECOVERING);
  CHECK(state(agent.id.value()) == mesos::v1::OPERATION_UNKNOWN);
  CHECK(state("away") == mesos::v1::OPERATION_UNREACHABLE);
  CHECK(state("gone") == mesos::v1::OPERATION_GONE_BY_OPERATOR);
  CHECK(state("never seen") == mesos::v1::OPERATION_UNKNOWN);
  CHECK(state("") == mesos::v1::OPERATION_UNKNOWN);
}
