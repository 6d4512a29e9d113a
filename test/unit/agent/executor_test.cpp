/// Executors: subscription, calls, time-outs, ends.
#include "core_fixture.hpp"

using namespace troupe;
using namespace troupe::agent;
using namespace troupe::agent::test;
using v1::executor::Call;
using v1::executor::Event;

namespace {

/// A registered agent with custom executor "ex" at work on "t1".
struct working : registered_core {
  explicit working(v1::FrameworkInfo framework = make_framework()) {
    run(custom_task_info("t1"), framework);
    container = last_container();
    subscribe("ex", false);
    forget();
  }
  container_id container;
  void ends(container_end how, std::optional<int> status) {
    did(core.container_exited({container, how, status, "why", 0}, now));
  }
};

} // namespace

TEST_CASE("executors that nobody launched are not subscribed") {
  registered_core f;
  CHECK(f.subscribe("ex", false) == 400);
  CHECK(f.answer().text == "Framework cannot be found");
  f.run(custom_task_info("t1"));
  CHECK(f.subscribe("other", false) == 400);
  CHECK(f.answer().text == "Executor cannot be found");
}

TEST_CASE("calls before SUBSCRIBE are forbidden") {
  registered_core f;
  f.run(custom_task_info("t1"));
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a')) == 403);
  CHECK(f.answer().text == "Executor is not subscribed");
}

TEST_CASE("nobody from outside may speak for a command task") {
  registered_core f;
  f.run(command_task_info("t1"));
  CHECK(f.subscribe("t1", false) == 403);
  CHECK(f.subscribe("t1", true) == 200);
  CHECK(f.update("t1", f.status("t1", v1::TASK_FINISHED, 'a'), false) == 403);
  CHECK(f.states().empty());
}

TEST_CASE("invalid updates are refused with the reason that Mesos gives") {
  working f;
  auto status = f.status("t1", v1::TASK_RUNNING, 'a');
  const std::string intro = "Failed to validate Executor::Call: ";
  SECTION("no uuid") {
    status.clear_uuid();
    CHECK(f.update("ex", status) == 400);
    CHECK(f.answer().text == intro + "Expecting 'uuid' to be present");
  }
  SECTION("a short uuid") {
    status.set_uuid("abc");
    CHECK(f.update("ex", status) == 400);
    CHECK(f.answer().text == intro + "Not a valid UUID");
  }
  SECTION("another source") {
    status.set_source(v1::TaskStatus::SOURCE_MASTER);
    CHECK(f.update("ex", status) == 400);
    CHECK(f.answer().text ==
          intro + "Received Call from executor ex of framework F1 with invalid source, expecting "
                  "'SOURCE_EXECUTOR'");
  }
  SECTION("TASK_STAGING") {
    status.set_state(v1::TASK_STAGING);
    CHECK(f.update("ex", status) == 400);
    CHECK(f.answer().text ==
          intro + "Received TASK_STAGING from executor ex of framework F1 which is not allowed");
  }
  SECTION("another executor's id") {
    status.mutable_executor_id()->set_value("other");
    CHECK(f.update("ex", status) == 400);
    CHECK(f.answer().text ==
          intro + "ExecutorID in Call: ex does not match ExecutorID in TaskStatus: other");
  }
  CHECK(f.states().empty());
}

TEST_CASE("an update is completed by the agent and checkpointed before it is sent") {
  working f;
  f.did(f.core.container_started({f.container, 4711}, f.now));
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a')) == 202);
  REQUIRE(f.updates().size() == 1);
  const auto status = f.updates()[0].status();
  CHECK(status.agent_id().value() == "A1");
  CHECK(status.executor_id().value() == "ex");
  CHECK(status.has_timestamp());
  CHECK(status.container_status().container_id().value() == f.container.value());
  CHECK(status.container_status().executor_pid() == 4711);
  CHECK(status.container_status().network_infos(0).ip_addresses(0).ip_address() == "127.0.0.1");
  CHECK(std::holds_alternative<effect::append_file>(f.last.at(0)));
}

TEST_CASE("an acknowledgement reaches the executor after it was checkpointed") {
  working f;
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a'));
  f.forget();
  f.acknowledge(f.status("t1", v1::TASK_RUNNING, 'a'));
  REQUIRE(f.all.size() == 2);
  CHECK(std::holds_alternative<effect::append_file>(f.all[0]));
  CHECK(f.events() == std::vector{Event::ACKNOWLEDGED});
}

TEST_CASE("an acknowledgement of anything but the head is ignored") {
  working f;
  f.update("ex", f.status("t1", v1::TASK_STARTING, 'a'));
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'b'));
  f.forget();
  f.acknowledge(f.status("t1", v1::TASK_RUNNING, 'b'));
  CHECK(f.all.empty());
}

TEST_CASE("a repeated update is answered and not sent again") {
  working f;
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a'));
  f.forget();
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a')) == 202);
  CHECK(f.states().empty());
  f.acknowledge(f.status("t1", v1::TASK_RUNNING, 'a'));
  f.forget();
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a')) == 202);
  CHECK(f.events() == std::vector{Event::ACKNOWLEDGED});
}

TEST_CASE("an update after the terminal one is ignored and counted") {
  working f;
  f.update("ex", f.status("t1", v1::TASK_FINISHED, 'a'));
  f.forget();
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'b')) == 202);
  CHECK(f.states().empty());
  CHECK(f.core.counters().invalid_status_updates == 1);
}

TEST_CASE("latest_state is ahead of an unacknowledged head") {
  working f;
  f.update("ex", f.status("t1", v1::TASK_STARTING, 'a'));
  f.update("ex", f.status("t1", v1::TASK_RUNNING, 'b'));
  f.forget();
  f.pass(10s);
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_STARTING);
  CHECK(f.updates()[0].latest_state() == v1::TASK_RUNNING);
}

TEST_CASE("too many unacknowledged updates of one task push back") {
  auto config = make_config();
  config.max_pending_updates = 2;
  registered_core f{config};
  f.run(custom_task_info("t1"));
  f.subscribe("ex", false);
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'a')) == 202);
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'b')) == 202);
  CHECK(f.update("ex", f.status("t1", v1::TASK_RUNNING, 'c')) == 503);
}

TEST_CASE("an executor that does not subscribe in time fails its tasks") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.did(f.core.container_started({f.last_container(), 1}, f.now));
  f.pass(59s);
  CHECK(f.every<effect::destroy>().empty());
  f.pass(1s);
  REQUIRE(f.every<effect::destroy>().size() == 1);
  f.exited(container_end::destroyed, 9);
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_FAILED);
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_EXECUTOR_REGISTRATION_TIMEOUT);
}

TEST_CASE("when a custom executor exits its tasks fail and the scheduler hears of it") {
  working f;
  f.ends(container_end::exited, 256);
  REQUIRE(f.updates().size() == 1);
  const auto status = f.updates()[0].status();
  CHECK(status.state() == v1::TASK_FAILED);
  CHECK(status.reason() == v1::TaskStatus::REASON_EXECUTOR_TERMINATED);
  CHECK(status.message() == "Executor terminated");
  CHECK(status.source() == v1::TaskStatus::SOURCE_AGENT);
  CHECK(status.executor_id().value() == "ex");
  const auto told = f.every<effect::tell_master>();
  CHECK(std::any_of(told.begin(), told.end(), [](const auto& x) {
    return x.record->has_executor_exited() && x.record->executor_exited().status() == 256;
  }));
}

TEST_CASE("an unknown exit status is reported as -1") {
  working f;
  f.ends(container_end::lost, std::nullopt);
  const auto told = f.every<effect::tell_master>();
  CHECK(std::any_of(told.begin(), told.end(), [](const auto& x) {
    return x.record->has_executor_exited() && x.record->executor_exited().status() == -1;
  }));
}

TEST_CASE("a command executor's end is no failure for the scheduler") {
  registered_core f;
  f.run(command_task_info("t1"));
  f.exited(container_end::launch_failed, std::nullopt, "no such user 'x'");
  REQUIRE(f.updates().size() == 1);
  const auto status = f.updates()[0].status();
  CHECK(status.state() == v1::TASK_FAILED);
  CHECK(status.reason() == v1::TaskStatus::REASON_CONTAINER_LAUNCH_FAILED);
  CHECK(status.message() == "Failed to launch container: no such user 'x'");
  for (const auto& told : f.every<effect::tell_master>())
    CHECK_FALSE(told.record->has_executor_exited());
}

TEST_CASE("a limit that ends a container gives its reason to the tasks") {
  working f;
  f.did(f.core.container_exited({f.container, container_end::limited, 9, "Memory limit exceeded",
                                 v1::TaskStatus::REASON_CONTAINER_LIMITATION_MEMORY},
                                f.now));
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_CONTAINER_LIMITATION_MEMORY);
  CHECK(f.updates()[0].status().message() == "Memory limit exceeded");
}

TEST_CASE("an executor is forgotten when it has ended and all is acknowledged") {
  working f;
  f.update("ex", f.status("t1", v1::TASK_FINISHED, 'a'));
  f.ends(container_end::exited, 0);
  CHECK(f.core.view()->frameworks.size() == 1);
  f.acknowledge(f.status("t1", v1::TASK_FINISHED, 'a'));
  const auto view = f.core.view();
  CHECK(view->frameworks.empty());
  REQUIRE(view->completed_frameworks.size() == 1);
  REQUIRE(view->completed_frameworks[0]->completed_executors.size() == 1);
  CHECK(view->completed_frameworks[0]->completed_executors[0]->completed_tasks.size() == 1);
  for (const auto& [path, bytes] : f.files)
    CHECK(path.find("executors") == std::string::npos);
}

TEST_CASE("sandboxes are deleted gc_delay after their executor's end") {
  working f;
  f.update("ex", f.status("t1", v1::TASK_FINISHED, 'a'));
  f.ends(container_end::exited, 0);
  f.acknowledge(f.status("t1", v1::TASK_FINISHED, 'a'));
  f.did(f.core.link_down(f.now));
  f.pass(std::chrono::hours{24 * 7} - 1s);
  CHECK(f.every<effect::remove_sandbox>().empty());
  f.pass(1s);
  REQUIRE(f.every<effect::remove_sandbox>().size() == 1);
  CHECK(f.every<effect::remove_sandbox>()[0].path ==
        "/var/lib/agent/slaves/A1/frameworks/F1/executors/ex/runs/" + f.container.value());
}

TEST_CASE("a second subscription closes the first stream") {
  working f;
  const auto first = f.endpoints;
  CHECK(f.subscribe("ex", false) == 200);
  REQUIRE(f.every<effect::close_endpoint>().size() == 1);
  CHECK(f.every<effect::close_endpoint>()[0].endpoint == first);
}

TEST_CASE("a staged task that the returning executor does not know is dropped") {
  working f{make_framework(true, true)};
  f.did(f.core.endpoint_closed(f.endpoints, f.now));
  f.subscribe("ex", false);
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_DROPPED);
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_AGENT_RESTARTED);
}

TEST_CASE("a staged task that the returning executor names is kept") {
  working f;
  f.did(f.core.endpoint_closed(f.endpoints, f.now));
  Call::Subscribe with;
  *with.add_unacknowledged_tasks() = custom_task_info("t1");
  f.subscribe("ex", false, with);
  CHECK(f.states().empty());
}

TEST_CASE("updates that the executor could not deliver come with its new subscription") {
  working f;
  f.did(f.core.endpoint_closed(f.endpoints, f.now));
  Call::Subscribe with;
  *with.add_unacknowledged_updates()->mutable_status() = f.status("t1", v1::TASK_RUNNING, 'a');
  f.subscribe("ex", false, with);
  CHECK(f.states() == std::vector{v1::TASK_RUNNING});
}

TEST_CASE("tasks and kills for a disconnected executor wait for its return") {
  working f;
  f.did(f.core.endpoint_closed(f.endpoints, f.now));
  f.run(custom_task_info("t2"));
  f.kill("t1");
  CHECK(f.events().empty());
  Call::Subscribe with;
  *with.add_unacknowledged_tasks() = custom_task_info("t1");
  f.subscribe("ex", false, with);
  CHECK(f.events() == std::vector{Event::SUBSCRIBED, Event::LAUNCH, Event::KILL});
}

TEST_CASE("messages pass both ways while both sides are there") {
  working f;
  link::ToAgent record;
  auto& message = *record.mutable_message();
  message.mutable_framework_id()->set_value("F1");
  message.mutable_executor_id()->set_value("ex");
  message.set_data("ping");
  f.receive(record);
  CHECK(f.events() == std::vector{Event::MESSAGE});
  auto call = f.make_call("ex", Call::MESSAGE);
  call.mutable_message()->set_data("pong");
  f.did(f.core.executor_calls(1, call, false, f.now));
  CHECK(f.answer().status == 202);
  CHECK(f.every<effect::tell_master>().back().record->executor_message().data() == "pong");
}

TEST_CASE("a shut down executor has its grace, then it is destroyed") {
  working f;
  link::ToAgent record;
  record.mutable_shutdown_executor()->mutable_framework_id()->set_value("F1");
  record.mutable_shutdown_executor()->mutable_executor_id()->set_value("ex");
  f.receive(record);
  CHECK(f.events() == std::vector{Event::SHUTDOWN});
  f.pass(5s - 1ns);
  CHECK(f.every<effect::destroy>().empty());
  f.pass(1ns);
  CHECK(f.every<effect::destroy>().size() == 1);
  f.ends(container_end::destroyed, 9);
  CHECK(f.states() == std::vector{v1::TASK_FAILED});
}

TEST_CASE("an executor whose only task was killed before delivery is not left running") {
  registered_core f;
  f.run(custom_task_info("t1"));
  f.kill("t1");
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_KILLED);
  CHECK(f.updates()[0].status().reason() == v1::TaskStatus::REASON_TASK_KILLED_DURING_LAUNCH);
  CHECK(f.every<effect::destroy>().size() == 1);
}

TEST_CASE("a command executor whose task was killed before delivery is told to shut down") {
  registered_core f;
  f.run(command_task_info("t1"));
  f.kill("t1");
  CHECK(f.every<effect::destroy>().empty());
  f.forget();
  CHECK(f.subscribe("t1", true) == 200);
  CHECK(f.events() == std::vector{Event::SHUTDOWN});
}

TEST_CASE("a kill of a delivered task goes to its executor with its policy") {
  working f;
  link::ToAgent record;
  record.mutable_kill_task()->mutable_framework_id()->set_value("F1");
  record.mutable_kill_task()->mutable_task_id()->set_value("t1");
  record.mutable_kill_task()->mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(7);
  f.receive(record);
  REQUIRE(f.events() == std::vector{Event::KILL});
  CHECK(f.every<effect::tell_executor>()[0]
            .event->kill()
            .kill_policy()
            .grace_period()
            .nanoseconds() == 7);
}

TEST_CASE("a kill of an unknown task tells that it is lost, a kill of a completed one nothing") {
  working f;
  f.kill("never-seen");
  REQUIRE(f.updates().size() == 1);
  CHECK(f.updates()[0].status().state() == v1::TASK_LOST);
  f.update("ex", f.status("t1", v1::TASK_FINISHED, 'a'));
  f.acknowledge(f.status("t1", v1::TASK_FINISHED, 'a'));
  f.forget();
  f.kill("t1");
  CHECK(f.all.empty());
}

TEST_CASE("a built-in executor that breaks fails its task and destroys its container") {
  registered_core f;
  f.run(command_task_info("t1"));
  f.subscribe("t1", true);
  f.did(f.core.command_executor_lost({framework_id{"F1"}, executor_id{"t1"}}, f.now));
  CHECK(f.every<effect::destroy>().size() == 1);
  CHECK(f.states() == std::vector{v1::TASK_FAILED});
}

TEST_CASE("completed tasks and executors are remembered up to their bounds") {
  auto config = make_config();
  config.max_completed_tasks = 2;
  config.max_completed_executors = 3;
  registered_core f{config};
  for (int i = 0; i < 5; ++i) {
    const auto id = "c" + std::to_string(i);
    f.run(custom_task_info(id));
    if (i == 0)
      f.subscribe("ex", false);
    f.update("ex", f.status(id, v1::TASK_FINISHED, char('a' + i)));
    f.acknowledge(f.status(id, v1::TASK_FINISHED, char('a' + i)));
  }
  CHECK(f.core.view()->frameworks.at(0)->executors.at(0)->completed_tasks.size() == 2);
  for (int i = 0; i < 5; ++i) {
    f.forget();
    f.run(command_task_info("t" + std::to_string(i)));
    f.exited(container_end::launch_failed, std::nullopt, "x");
    f.acknowledge(f.updates().back().status());
  }
  CHECK(f.core.view()->frameworks.at(0)->completed_executors.size() == 3);
}

TEST_CASE("the update log of a talkative task stays small and keeps its last state") {
  working f;
  std::size_t longest = 0;
  for (int i = 0; i < 2000; ++i) {
    auto status = f.status("t1", v1::TASK_RUNNING, 'a');
    status.set_uuid(std::string(12, 'u') + std::to_string(1000 + i));
    f.update("ex", status);
    f.acknowledge(status);
    f.forget();
    for (const auto& [path, bytes] : f.files)
      longest = std::max(longest, bytes.size());
  }
  CHECK(longest < 100'000);
  core_fixture next;
  next.start(f.disk());
  const auto view = next.core.view();
  CHECK(view->frameworks.at(0)->executors.at(0)->tasks.at(0)->state() == v1::TASK_RUNNING);
}
