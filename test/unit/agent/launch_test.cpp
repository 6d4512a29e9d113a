/// Tasks come in: command tasks, tasks of custom executors, groups; what is refused.
#include "core_fixture.hpp"

using namespace troupe;
using namespace troupe::agent;
using namespace troupe::agent::test;
using v1::executor::Event;

TEST_CASE("a command task gets a generated executor with its overhead") {
  registered_core f;
  f.run(command_task_info("t1", "sleep 100; echo done"));
  const auto runs = f.every<effect::run_command>();
  REQUIRE(runs.size() == 1);
  const auto& spec = *runs[0].run->spec;
  CHECK(spec.executor == executor_id{"t1"});
  CHECK(spec.limits.cpus() == quantity::from_double(1.1));
  CHECK(spec.limits.mem() == quantity::from_double(96));
  CHECK(spec.user == "user");
  const auto view = f.core.view();
  const auto& executor = *view->frameworks.at(0)->executors.at(0);
  CHECK(executor.info->name() == "Command Executor (Task: t1) (Command: sh -c 'sleep 100; e...')");
  CHECK(executor.info->source() == "t1");
  CHECK(executor.command_executor);
  CHECK(executor.queued_tasks.size() == 1);
}

TEST_CASE("a short command is shown whole in the executor's name") {
  registered_core f;
  f.run(command_task_info("t1", "true"));
  CHECK(f.core.view()->frameworks.at(0)->executors.at(0)->info->name() ==
        "Command Executor (Task: t1) (Command: sh -c 'true')");
}

TEST_CASE("the sandbox lies where Mesos puts it") {
  registered_core f;
  f.run(command_task_info("t1"));
  const auto& spec = *f.every<effect::run_command>().at(0).run->spec;
  CHECK(spec.directory ==
        "/var/lib/agent/slaves/A1/frameworks/F1/executors/t1/runs/" + spec.id.value());
}

TEST_CASE("an executor's environment has the variables that executors rely on") {
  registered_core f;
  auto task = custom_task_info("t1");
  auto& variable =
      *task.mutable_executor()->mutable_command()->mutable_environment()->add_variables();
  variable.set_name("MINE");
  variable.set_value("x");
  f.run(task);
  const auto& env = f.every<effect::launch_executor>().at(0).spec->environment;
  CHECK(env.at("MESOS_FRAMEWORK_ID") == "F1");
  CHECK(env.at("MESOS_EXECUTOR_ID") == "ex");
  CHECK(env.at("MESOS_SLAVE_ID") == "A1");
  CHECK(env.at("MESOS_SLAVE_PID") == "slave(1)@127.0.0.1:5051");
  CHECK(env.at("MESOS_AGENT_ENDPOINT") == "127.0.0.1:5051");
  CHECK(env.at("MESOS_CHECKPOINT") == "1");
  CHECK(env.at("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD") == "5secs");
  CHECK(env.at("MESOS_RECOVERY_TIMEOUT") == "15mins");
  CHECK(env.at("MESOS_SUBSCRIPTION_BACKOFF_MAX") == "2secs");
  CHECK(env.at("MINE") == "x");
}

TEST_CASE("executors of a framework without checkpoints hear nothing of recovery") {
  registered_core f;
  f.run(custom_task_info("t1"), make_framework(false));
  const auto& env = f.every<effect::launch_executor>().at(0).spec->environment;
  CHECK(env.at("MESOS_CHECKPOINT") == "0");
  CHECK_FALSE(env.contains("MESOS_RECOVERY_TIMEOUT"));
  CHECK(f.every<effect::write_file>().empty());
}

TEST_CASE("a task is on disk before its executor is started") {
  registered_core f;
  f.run(command_task_info("t1"));
  std::size_t written = 0;
  for (const auto& effect : f.last) {
    written += std::holds_alternative<effect::write_file>(effect);
    if (std::holds_alternative<effect::run_command>(effect))
      CHECK(written == 3); // framework, executor, task
  }
  CHECK(written == 3);
}

TEST_CASE("queued tasks are delivered when the executor subscribes, after it was resized") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.run(custom_task_info("t2"));
  CHECK(f.every<effect::launch_executor>().size() == 1);
  f.forget();
  REQUIRE(f.subscribe("ex", false) == 200);
  CHECK(f.events() == std::vector{Event::SUBSCRIBED, Event::LAUNCH, Event::LAUNCH});
  REQUIRE(f.every<effect::resize>().size() == 1);
  CHECK(f.every<effect::resize>()[0].limits.cpus() == quantity::from_double(2.1));
}

TEST_CASE("SUBSCRIBED carries executor, framework, agent and container") {
  registered_core f;
  f.run(custom_task_info("t1"));
  const auto container = f.last_container();
  f.forget();
  f.subscribe("ex", false);
  const auto& subscribed = f.every<effect::tell_executor>().at(0).event->subscribed();
  CHECK(subscribed.executor_info().executor_id().value() == "ex");
  CHECK(subscribed.framework_info().id().value() == "F1");
  CHECK(subscribed.agent_info().id().value() == "A1");
  CHECK(subscribed.container_id().value() == container.value());
}

TEST_CASE("a task for a running executor is delivered at once") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.subscribe("ex", false);
  f.forget();
  f.run(custom_task_info("t2"));
  CHECK(f.events() == std::vector{Event::LAUNCH});
}

TEST_CASE("a task that is here already is ignored") {
  registered_core f;
  f.run(command_task_info("t1"));
  f.forget();
  f.run(command_task_info("t1"));
  CHECK(f.all.empty());
}

TEST_CASE("a task for an executor that is shutting down is dropped") {
  registered_core f;
  f.run(custom_task_info("t1"), make_framework(true, true));
  f.subscribe("ex", false);
  link::ToAgent record;
  record.mutable_shutdown_executor()->mutable_framework_id()->set_value("F1");
  record.mutable_shutdown_executor()->mutable_executor_id()->set_value("ex");
  f.receive(record);
  f.forget();
  f.run(custom_task_info("t2"), make_framework(true, true));
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_DROPPED);
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_EXECUTOR_TERMINATED);
}

TEST_CASE("a task of a framework that is shutting down is dropped, one that is here is not") {
  registered_core f;
  f.run(custom_task_info("t1"), make_framework(true, true));
  link::ToAgent record;
  record.mutable_shutdown_framework()->mutable_framework_id()->set_value("F1");
  f.receive(record);
  f.forget();
  f.run(custom_task_info("t1"), make_framework(true, true));
  CHECK(f.updates().empty());
  f.run(custom_task_info("t2"), make_framework(true, true));
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().task_id().value() == "t2");
  CHECK(f.updates()[0].status().state() == v1::TASK_DROPPED);
}

namespace {

link::ToAgent run_record(const v1::TaskInfo& task, bool launch_executor) {
  link::ToAgent record;
  *record.mutable_run_task()->mutable_framework() = make_framework();
  *record.mutable_run_task()->mutable_task() = task;
  record.mutable_run_task()->set_launch_executor(launch_executor);
  return record;
}

} // namespace

TEST_CASE("the default executor is refused for a single task") {
  registered_core f;
  auto task = custom_task_info("t1");
  task.mutable_executor()->set_type(v1::ExecutorInfo::DEFAULT);
  f.run(task);
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_ERROR);
  CHECK(f.core.view()->frameworks.empty());
}

TEST_CASE("the end of an executor that was refused is reported, so that nobody books it") {
  registered_core f;
  auto task = custom_task_info("t1");
  task.mutable_executor()->set_type(v1::ExecutorInfo::DEFAULT);
  f.receive(run_record(task, true));
  const auto ends = f.executor_ends();
  REQUIRE(ends.size() == 1);
  CHECK(ends[0].executor_id().value() == "ex");
  CHECK(ends[0].framework_id().value() == "F1");
  CHECK(ends[0].status() == -1);
}

TEST_CASE("a task for an executor that runs only in the master's books is dropped") {
  registered_core f;
  f.receive(run_record(custom_task_info("t1"), false));
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_LOST);
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_EXECUTOR_TERMINATED);
  CHECK(f.updates()[0].status().message() == "Executor 'ex' has terminated");
  CHECK(f.every<effect::launch_executor>().empty());
  CHECK(f.executor_ends().empty());
}

TEST_CASE("a further task that is refused does not end its executor") {
  registered_core f;
  f.receive(run_record(custom_task_info("t1"), true));
  auto task = custom_task_info("../t2");
  f.receive(run_record(task, false));
  CHECK(f.updates().size() == 1);
  CHECK(f.executor_ends().empty());
}

TEST_CASE("ids that would leave their folder are refused") {
  registered_core f;
  f.run(command_task_info("../../etc"));
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_ERROR);
  CHECK(f.every<effect::run_command>().empty());
}

TEST_CASE("a health check whose member does not fit its type is refused") {
  registered_core f;
  auto task = command_task_info("t1");
  task.mutable_health_check()->set_type(v1::HealthCheck::HTTP);
  f.run(task);
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_ERROR);
  CHECK(f.updates()[0].status().message() == "'health_check' of type HTTP needs 'http'");
}

namespace {

void run_group(core_fixture& f, v1::ExecutorInfo::Type type,
               const std::vector<std::string>& tasks) {
  link::ToAgent record;
  auto& group = *record.mutable_run_task_group();
  *group.mutable_framework() = make_framework();
  *group.mutable_executor() = custom_task_info("x").executor();
  group.mutable_executor()->set_type(type);
  for (const auto& id : tasks)
    *group.mutable_task_group()->add_tasks() = command_task_info(id);
  group.set_launch_executor(true);
  f.receive(record);
}

} // namespace

TEST_CASE("a group for a custom executor arrives as one LAUNCH_GROUP") {
  registered_core f;
  run_group(f, v1::ExecutorInfo::CUSTOM, {"g1", "g2"});
  f.forget();
  f.subscribe("ex", false);
  REQUIRE(f.events() == std::vector{Event::SUBSCRIBED, Event::LAUNCH_GROUP});
  CHECK(f.every<effect::tell_executor>()[1].event->launch_group().task_group().tasks_size() == 2);
}

TEST_CASE("a group for the default executor is an error for each of its tasks") {
  registered_core f;
  run_group(f, v1::ExecutorInfo::DEFAULT, {"g1", "g2"});
  CHECK(f.states() == std::vector{v1::TASK_ERROR, v1::TASK_ERROR});
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_TASK_GROUP_INVALID);
  CHECK(f.executor_ends().size() == 1);
}

TEST_CASE("killing one queued task of a group kills the group") {
  registered_core f;
  run_group(f, v1::ExecutorInfo::CUSTOM, {"g1", "g2"});
  f.forget();
  f.kill("g2");
  CHECK(f.states() == std::vector{v1::TASK_KILLED, v1::TASK_KILLED});
}
