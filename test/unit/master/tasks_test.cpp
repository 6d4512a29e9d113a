#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::TaskState;
using mesos::v1::TaskStatus;
using Capability = mesos::v1::FrameworkInfo::Capability;
using ToAgent = troupe::link::ToAgent;

namespace {

/// One agent, one framework, one task "t" of cpus:1;mem:32 on its way.
struct running : world {
  explicit running(const mesos::v1::FrameworkInfo& info = framework_info()) {
    start();
    agent = add_agent();
    f = subscribe(info);
    call(f, accept(offer(f, agent, "cpus:4;mem:4096"), {command_task("t", agent)}));
    forget();
  }

  void agent_says(TaskState state, char mark) {
    say(agent.link, update(f, "t", state, uuid(mark)));
  }

  worker agent;
  scheduler f;
};

link::ToMaster executor_exited(const scheduler& f, const std::string& id, int status,
                               bool command) {
  link::ToMaster record;
  auto* exited = record.mutable_executor_exited();
  exited->mutable_framework_id()->set_value(f.id.value());
  exited->mutable_executor_id()->set_value(id);
  exited->set_status(status);
  exited->set_command_executor(command);
  return record;
}

} // namespace

TEST_CASE("an update goes on to the framework as the agent sent it, with the agent's id") {
  running w;
  w.agent_says(TaskState::TASK_RUNNING, 'r');
  REQUIRE(w.updates(w.f).size() == 1);
  auto status = w.updates(w.f)[0];
  CHECK(status.state() == TaskState::TASK_RUNNING);
  CHECK(status.uuid() == uuid('r'));
  CHECK(status.agent_id().value() == w.agent.id.value());
  auto changed = w.changes<delta::task_changed>();
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].task->state() == TaskState::TASK_RUNNING);
  CHECK(changed[0].task->unpack().status_update_state() == TaskState::TASK_RUNNING);
}

TEST_CASE(
    "resources come back with the first terminal update, the task goes with its acknowledgement") {
  running w;
  w.agent_says(TaskState::TASK_FINISHED, 'x');
  auto back = w.told_allocator<recover_resources>();
  REQUIRE(back.size() == 1);
  CHECK(back[0].returned == allocated("cpus:1;mem:32"));
  CHECK(!back[0].filter);
  w.agent_says(TaskState::TASK_FINISHED, 'x');
  CHECK(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.updates(w.f).size() == 2);
  CHECK(w.changes<delta::task_completed>().empty());

  w.call(w.f, acknowledge(w.agent, "t", uuid('x')));
  auto passed = w.records(w.agent, ToAgent::kAcknowledge);
  REQUIRE(passed.size() == 1);
  CHECK(passed[0].acknowledge().uuid() == uuid('x'));
  CHECK(w.changes<delta::task_completed>().size() == 1);
  CHECK(w.counter("master/tasks_finished") == 1);
  CHECK(w.counter("master/task_finished/source_executor") == 1);
}

TEST_CASE("the newest state counts at once, though older updates are still unacknowledged") {
  running w;
  auto record = update(w.f, "t", TaskState::TASK_RUNNING, uuid('r'));
  record.mutable_status_update()->set_latest_state(TaskState::TASK_FAILED);
  w.say(w.agent.link, record);
  CHECK(w.updates(w.f)[0].state() == TaskState::TASK_RUNNING);
  CHECK(w.changes<delta::task_changed>()[0].task->state() == TaskState::TASK_FAILED);
  CHECK(w.told_allocator<recover_resources>().size() == 1);
  w.call(w.f, acknowledge(w.agent, "t", uuid('r')));
  CHECK(w.changes<delta::task_completed>().empty());
  w.agent_says(TaskState::TASK_FAILED, 'f');
  w.call(w.f, acknowledge(w.agent, "t", uuid('f')));
  CHECK(w.changes<delta::task_completed>().size() == 1);
}

TEST_CASE("an acknowledgement of another update does not end the task") {
  running w;
  w.agent_says(TaskState::TASK_FINISHED, 'x');
  w.call(w.f, acknowledge(w.agent, "t", uuid('y')));
  CHECK(w.changes<delta::task_completed>().empty());
  CHECK(w.records(w.agent, ToAgent::kAcknowledge).size() == 1);
}

TEST_CASE("an acknowledgement of an update that this master has not sent is ignored") {
  running w;
  w.call(w.f, acknowledge(w.agent, "t", uuid('x')));
  CHECK(w.records(w.agent, ToAgent::kAcknowledge).empty());
  CHECK(w.counter("master/invalid_status_update_acknowledgements") == 1);
}

TEST_CASE("an acknowledgement for an unknown or disconnected agent is accepted and ignored") {
  running w;
  CHECK(w.call(w.f, acknowledge({agent_id{"x"}, 0}, "t", uuid('x'))).status == 202);
  w.agent_says(TaskState::TASK_FINISHED, 'x');
  w.break_link(w.agent);
  w.forget();
  CHECK(w.call(w.f, acknowledge(w.agent, "t", uuid('x'))).status == 202);
  CHECK(w.records(w.agent.link).empty());
  CHECK(w.changes<delta::task_completed>().empty());
}

TEST_CASE("a terminal state is final in the books") {
  running w;
  w.agent_says(TaskState::TASK_FINISHED, 'x');
  w.agent_says(TaskState::TASK_LOST, 'y');
  CHECK(w.changes<delta::task_changed>().back().task->state() == TaskState::TASK_FINISHED);
}

TEST_CASE("repeated states are one entry of a task's history, without their data") {
  running w;
  auto record = update(w.f, "t", TaskState::TASK_RUNNING, uuid('r'));
  record.mutable_status_update()->mutable_status()->set_data("secret");
  w.say(w.agent.link, record);
  w.say(w.agent.link, record);
  auto task = w.changes<delta::task_changed>().back().task->unpack();
  REQUIRE(task.statuses_size() == 1);
  CHECK(!task.statuses(0).has_data());
  CHECK(w.updates(w.f)[0].data() == "secret");
}

TEST_CASE("an update for a disconnected framework is not taken for sent") {
  running w;
  w.end_stream(w.f);
  w.agent_says(TaskState::TASK_FINISHED, 'x');
  CHECK(!w.changes<delta::task_changed>().back().task->unpack().has_status_update_uuid());
  auto again = w.resubscribe(w.f, framework_info());
  w.agent_says(TaskState::TASK_FINISHED, 'x');
  CHECK(w.updates(again).size() == 1);
  w.call(again, acknowledge(w.agent, "t", uuid('x')));
  CHECK(w.changes<delta::task_completed>().size() == 1);
}

TEST_CASE("an update of an unknown framework goes nowhere, one of an unknown task goes on") {
  running w;
  w.say(w.agent.link, update({framework_id{"nope"}, 0, ""}, "t", TaskState::TASK_LOST, uuid('x')));
  CHECK(w.updates(w.f).empty());
  w.say(w.agent.link, update(w.f, "other", TaskState::TASK_LOST, uuid('x')));
  CHECK(w.updates(w.f).size() == 1);
  CHECK(w.counter("master/invalid_status_updates") == 2);
}

TEST_CASE("states that need partition awareness become TASK_LOST for older frameworks") {
  running w;
  w.agent_says(TaskState::TASK_GONE, 'x');
  CHECK(w.updates(w.f)[0].state() == TaskState::TASK_LOST);
  running aware(with(framework_info(), Capability::PARTITION_AWARE));
  aware.agent_says(TaskState::TASK_GONE, 'x');
  CHECK(aware.updates(aware.f)[0].state() == TaskState::TASK_GONE);
}

TEST_CASE("KILL reaches the agent with the kill policy") {
  running w;
  auto call = kill("t");
  call.mutable_kill()->mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(5);
  CHECK(w.call(w.f, call).status == 202);
  auto kills = w.records(w.agent, ToAgent::kKillTask);
  REQUIRE(kills.size() == 1);
  CHECK(kills[0].kill_task().task_id().value() == "t");
  CHECK(kills[0].kill_task().kill_policy().grace_period().nanoseconds() == 5);
  CHECK(w.updates(w.f).empty());
}

TEST_CASE("KILL with the wrong agent is ignored, of an unknown task answered") {
  running w;
  auto call = kill("t");
  call.mutable_kill()->mutable_agent_id()->set_value("other");
  w.call(w.f, call);
  CHECK(w.records(w.agent, ToAgent::kKillTask).empty());
  CHECK(w.updates(w.f).empty());
  w.call(w.f, kill("nope"));
  REQUIRE(w.updates(w.f).size() == 1);
  CHECK(w.updates(w.f)[0].state() == TaskState::TASK_LOST);
  CHECK(w.updates(w.f)[0].reason() == TaskStatus::REASON_RECONCILIATION);
  CHECK(w.updates(w.f)[0].message() == "Reconciliation: Task is unknown");
}

TEST_CASE("SHUTDOWN and MESSAGE are passed to a connected agent only") {
  running w;
  Call shutdown;
  shutdown.set_type(Call::SHUTDOWN);
  shutdown.mutable_shutdown()->mutable_executor_id()->set_value("ex");
  shutdown.mutable_shutdown()->mutable_agent_id()->set_value(w.agent.id.value());
  Call message;
  message.set_type(Call::MESSAGE);
  message.mutable_message()->mutable_executor_id()->set_value("ex");
  message.mutable_message()->mutable_agent_id()->set_value(w.agent.id.value());
  message.mutable_message()->set_data("hello");
  w.call(w.f, shutdown);
  w.call(w.f, message);
  CHECK(w.records(w.agent, ToAgent::kShutdownExecutor).size() == 1);
  REQUIRE(w.records(w.agent, ToAgent::kMessage).size() == 1);
  CHECK(w.records(w.agent, ToAgent::kMessage)[0].message().data() == "hello");
  w.break_link(w.agent);
  w.forget();
  CHECK(w.call(w.f, shutdown).status == 202);
  CHECK(w.call(w.f, message).status == 202);
  CHECK(w.records(w.agent.link).empty());
  CHECK(w.counter("master/invalid_framework_to_executor_messages") == 1);
}

TEST_CASE("an executor's message reaches its framework") {
  running w;
  link::ToMaster record;
  auto* message = record.mutable_executor_message();
  message->mutable_framework_id()->set_value(w.f.id.value());
  message->mutable_executor_id()->set_value("ex");
  message->set_data("hello");
  w.say(w.agent.link, record);
  auto heard = w.events(w.f, Event::MESSAGE);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].message().data() == "hello");
  CHECK(heard[0].message().agent_id().value() == w.agent.id.value());
}

TEST_CASE("an ended executor gives its share back and is a FAILURE, a command executor is none") {
  running w;
  w.call(w.f,
         accept(w.offer(w.f, w.agent, "cpus:4;mem:4096"), {executor_task("e", "ex", w.agent)}));
  w.forget();
  w.say(w.agent.link, executor_exited(w.f, "ex", 9, false));
  auto failures = w.events(w.f, Event::FAILURE);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].failure().executor_id().value() == "ex");
  CHECK(failures[0].failure().status() == 9);
  CHECK(w.changes<delta::executor_removed>().size() == 1);
  REQUIRE(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.told_allocator<recover_resources>()[0].returned == allocated("cpus:0.1;mem:32"));
  w.say(w.agent.link, executor_exited(w.f, "t", 0, true));
  CHECK(w.events(w.f, Event::FAILURE).size() == 1);
}

TEST_CASE("only so many completed tasks of a framework are remembered") {
  auto config = world::default_config();
  config.keep.completed_tasks_per_framework = 2;
  world w(config);
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  for (std::string id : {"a", "b", "c"}) {
    w.call(f, accept(w.offer(f, agent, "cpus:1;mem:32"), {command_task(id, agent)}));
    w.say(agent.link, update(f, id, TaskState::TASK_FINISHED, uuid('x')));
    w.call(f, acknowledge(agent, id, uuid('x')));
  }
  int remembered = 0;
  for (const auto& change : w.core.snapshot())
    if (const auto* completed = std::get_if<delta::task_completed>(&change)) {
      CHECK(completed->task->task() != "a");
      ++remembered;
    }
  CHECK(remembered == 2);
}
