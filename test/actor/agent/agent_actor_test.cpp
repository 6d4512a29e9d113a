#include "agent_fixture.hpp"

#include <csignal>

using namespace troupe;
using namespace troupe::agent;
using namespace troupe::agent::test;
using v1::executor::Event;

TEST_CASE("a command task runs from RunTask to its last acknowledgement") {
  agent_fixture f;
  f.register_agent();
  f.run(make_task("t1"));
  REQUIRE(f.log->launched.size() == 1);
  CHECK(f.states().empty());
  f.container_starts();
  CHECK(f.states() == std::vector{v1::TASK_STARTING});
  f.container_ends(f.log->launched[0], container_end::exited, 0);
  f.acknowledge_all();
  CHECK(f.states() == std::vector{v1::TASK_STARTING, v1::TASK_RUNNING, v1::TASK_FINISHED});
  const auto last = f.updates().back().status();
  CHECK(last.message() == "Command exited with status 0");
  CHECK(last.source() == v1::TaskStatus::SOURCE_EXECUTOR);
  CHECK(last.container_status().executor_pid() == 4711);
  CHECK(last.container_status().container_id().value() == f.log->launched[0].spec->id.value());

  const auto view = f.ask<shared<agent_state_view>>(get_agent_state{});
  CHECK(view->frameworks.empty());
  REQUIRE(view->completed_frameworks.size() == 1);
  CHECK(view->completed_frameworks[0]->completed_executors.size() == 1);
  for (const auto& [path, bytes] : f.medium->files())
    CHECK(path.find("executors") == std::string::npos);
}

TEST_CASE("nothing is launched, forwarded or acknowledged before it is on disk") {
  agent_fixture f;
  f.register_agent();
  link::ToAgent record;
  *record.mutable_run_task()->mutable_framework() = make_framework();
  *record.mutable_run_task()->mutable_task() = make_task("t1", true);
  f.tell(master_link_received{std::make_shared<link::ToAgent>(record)});
  CHECK(f.medium->unconfirmed() > 0);
  CHECK(f.log->launched.empty());
  f.pass(20ms);
  CHECK(f.medium->unconfirmed() == 0);
  CHECK(f.log->launched.size() == 1);
}

TEST_CASE("a disk that fails ends the agent with the reason") {
  agent_fixture f;
  f.register_agent();
  caf::scoped_actor self{f.system.actors(), true};
  self->monitor(f.agent);
  f.medium->break_with("cannot write slaves/x: No space left on device");
  f.run(make_task("t1"));
  caf::error why;
  self->receive([&](const caf::down_msg& down) { why = down.reason; });
  CHECK(why.category() == caf::atom("agent"));
  CHECK(why.code() == static_cast<std::uint8_t>(agent_ec::checkpoint_failed));
  CHECK(caf::to_string(why.context()).find("No space left on device") != std::string::npos);
  CHECK(f.log->launched.empty());
}

TEST_CASE("a launch failure is TASK_FAILED from the agent, without TASK_STARTING") {
  agent_fixture f;
  f.register_agent();
  f.run(make_task("t1"));
  f.container_ends(f.log->launched.at(0), container_end::launch_failed, std::nullopt,
                   "no such file");
  REQUIRE(f.states() == std::vector{v1::TASK_FAILED});
  const auto status = f.updates()[0].status();
  CHECK(status.reason() == v1::TaskStatus::REASON_CONTAINER_LAUNCH_FAILED);
  CHECK(status.source() == v1::TaskStatus::SOURCE_AGENT);
  CHECK(status.message() == "Failed to launch container: no such file");
}

TEST_CASE("a kill terminates the command, and destroys it after the grace") {
  agent_fixture f;
  f.register_agent();
  f.run(make_task("t1"));
  f.container_starts();
  f.kill("t1");
  REQUIRE(f.log->signalled.size() == 1);
  CHECK(f.log->signalled[0].signal == SIGTERM);
  f.pass(2900ms);
  CHECK(f.log->destroyed.empty());
  f.pass(200ms);
  REQUIRE(f.log->destroyed.size() == 1);
  f.container_ends(f.log->launched[0], container_end::destroyed, SIGKILL);
  f.acknowledge_all();
  CHECK(f.states().back() == v1::TASK_KILLED);
  CHECK(f.updates().back().status().message() == "Command terminated with signal Killed");
}

TEST_CASE("a custom executor subscribes, works and is heard") {
  agent_fixture f;
  f.register_agent();
  f.run(make_task("t1", true));
  REQUIRE(f.log->launched.size() == 1);
  CHECK(f.subscribe("ex").status == 200);
  CHECK(f.events() == std::vector{Event::SUBSCRIBED, Event::LAUNCH});
  CHECK(f.update("ex", "t1", v1::TASK_RUNNING, 'a').status == 202);
  CHECK(f.states() == std::vector{v1::TASK_RUNNING});
  f.acknowledge_all();
  CHECK(f.events().back() == Event::ACKNOWLEDGED);
}

TEST_CASE("a refused subscription opens no stream") {
  agent_fixture f;
  f.register_agent();
  const auto answer = f.subscribe("nobody");
  CHECK(answer.status == 400);
  CHECK(answer.text == "Framework cannot be found");
  CHECK(f.events().empty());
}

TEST_CASE("an outsider cannot speak for a command task") {
  agent_fixture f;
  f.register_agent();
  f.run(make_task("t1"));
  f.container_starts();
  CHECK(f.subscribe("t1").status == 403);
  CHECK(f.update("t1", "t1", v1::TASK_FINISHED, 'x').status == 403);
  CHECK(f.states() == std::vector{v1::TASK_STARTING});
}

TEST_CASE("the end of an executor's stream is its disconnection, and it may come back") {
  agent_fixture f;
  f.register_agent();
  f.run(make_task("t1", true));
  f.subscribe("ex");
  f.update("ex", "t1", v1::TASK_RUNNING, 'a');
  caf::anon_send_exit(f.endpoints[0], caf::exit_reason::user_shutdown);
  f.pass(20ms);
  CHECK(f.update("ex", "t1", v1::TASK_RUNNING, 'b').status == 403);
  CHECK(f.subscribe("ex").status == 200);
  CHECK(f.update("ex", "t1", v1::TASK_RUNNING, 'b').status == 202);
}

TEST_CASE("a running task survives the agent: its end comes under the same container") {
  auto disk = std::make_shared<memory_medium>();
  container_id container;
  {
    agent_fixture f{disk};
    f.register_agent();
    f.run(make_task("t1"));
    f.container_starts();
    f.acknowledge_all();
    container = f.log->launched[0].spec->id;
  }
  disk->crash();
  agent_fixture f{disk};
  f.pass(20ms);
  REQUIRE(f.log->taken_over.size() == 1);
  CHECK(f.log->taken_over[0].spec->id == container);
  CHECK(f.log->launched.empty());
  f.register_agent();
  CHECK(f.states().empty());
  f.container_ends(f.log->taken_over[0], container_end::exited, 3 << 8);
  f.acknowledge_all();
  REQUIRE(f.states() == std::vector{v1::TASK_FAILED});
  CHECK(f.updates()[0].status().message() == "Command exited with status 3");
}

TEST_CASE("an update that was not confirmed on disk before a crash was not sent either") {
  auto disk = std::make_shared<memory_medium>();
  {
    agent_fixture f{disk};
    f.register_agent();
    f.run(make_task("t1", true));
    f.subscribe("ex");
    const auto before = f.log->records.size();
    v1::executor::Call call;
    call.set_type(v1::executor::Call::UPDATE);
    auto& status = *call.mutable_update()->mutable_status();
    status.mutable_task_id()->set_value("t1");
    status.set_state(v1::TASK_RUNNING);
    status.set_uuid(std::string(16, 'a'));
    status.set_source(v1::TaskStatus::SOURCE_EXECUTOR);
    f.tell(executor_request{f.with_ids(call, "ex")});
    CHECK(f.medium->unconfirmed() == 1);
    CHECK(f.log->records.size() == before);
  }
  disk->crash(5);
  agent_fixture f{disk};
  f.pass(20ms);
  f.subscribe("ex");
  f.register_agent();
  for (const auto& update : f.updates())
    CHECK(update.status().uuid() != std::string(16, 'a'));
}

TEST_CASE("unacknowledged updates are repeated over a new link") {
  agent_fixture f;
  f.register_agent();
  f.run(make_task("t1"));
  f.container_starts();
  f.tell(master_link_down{"broken"});
  f.log->records.clear();
  f.pass(5min);
  CHECK(f.updates().empty());
  f.register_agent();
  CHECK(f.states() == std::vector{v1::TASK_STARTING});
}

TEST_CASE("an agent that leaves ends its executors and then itself") {
  agent_fixture f;
  f.register_agent();
  f.run(make_task("t1"));
  f.container_starts();
  caf::scoped_actor self{f.system.actors(), true};
  self->monitor(f.agent);
  f.tell(leave_cluster{});
  f.pass(20ms);
  CHECK(f.log->signalled.size() == 1);
  f.container_ends(f.log->launched[0], container_end::exited, SIGTERM);
  bool ended = false;
  self->receive([&](const caf::down_msg& down) { ended = down.reason == caf::exit_reason::normal; },
                caf::after(0s) >> [] {});
  CHECK(ended);
  CHECK(f.log->records.back()->has_unregister());
}

TEST_CASE("the same seed and the same inputs give the same history") {
  std::vector<std::string> histories;
  for (int i = 0; i < 2; ++i) {
    agent_fixture f;
    f.register_agent();
    f.run(make_task("t1"));
    f.run(make_task("t2", true));
    f.container_starts();
    f.subscribe("ex");
    f.pass(1min);
    std::string history;
    for (const auto& record : f.log->records)
      history += record->SerializeAsString();
    histories.push_back(history);
  }
  CHECK(histories[0] == histories[1]);
}

TEST_CASE("a hundred short tasks are all run, none twice, and all is forgotten after") {
  agent_fixture f;
  f.register_agent();
  for (int i = 0; i < 100; ++i)
    f.run(make_task("t" + std::to_string(i)));
  REQUIRE(f.log->launched.size() == 100);
  for (std::size_t i = 0; i < 100; ++i)
    f.container_starts(i);
  for (std::size_t i = 0; i < 100; ++i)
    f.container_ends(f.log->launched[i], container_end::exited, 0);
  f.acknowledge_all();
  std::map<std::string, int> finished;
  for (const auto& update : f.updates())
    finished[update.status().task_id().value()] += update.status().state() == v1::TASK_FINISHED;
  CHECK(finished.size() == 100);
  for (const auto& [task, times] : finished)
    CHECK(times == 1);
  f.pass(1s);
  CHECK(f.ask<shared<agent_state_view>>(get_agent_state{})->frameworks.empty());
}
