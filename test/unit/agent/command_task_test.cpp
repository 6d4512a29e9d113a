#include "agent/command_task.hpp"

#include <csignal>

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::agent;
using namespace std::chrono_literals;
namespace v1 = mesos::v1;

namespace {

v1::TaskInfo make_task() {
  v1::TaskInfo out;
  out.set_name("n");
  out.mutable_task_id()->set_value("t");
  out.mutable_agent_id()->set_value("A");
  out.mutable_command()->set_value("true");
  return out;
}

shared<command_run> make_run(bool killing = false,
                             std::optional<command_run::resumption> resumed = {}) {
  auto run = std::make_shared<command_run>();
  run->key = {framework_id{"F"}, executor_id{"t"}};
  auto spec = std::make_shared<container_spec>();
  spec->id = container_id{"c"};
  run->spec = spec;
  run->may_send_killing = killing;
  run->resumed = std::move(resumed);
  return run;
}

struct fixture {
  explicit fixture(shared<command_run> run = make_run())
      : task(std::move(run)) {}
  command_task task;
  moment now{steady_time{1h}, wall_time{std::chrono::hours{24}}};
  command_effects all;

  void did(command_effects batch) { all.insert(all.end(), batch.begin(), batch.end()); }
  void launch(const v1::TaskInfo& info = make_task()) { did(task.launch(info, now)); }
  void run(const v1::TaskInfo& info = make_task()) {
    launch(info);
    did(task.started(now));
    all.clear();
  }
  void pass(std::chrono::nanoseconds span) {
    now.steady += span;
    now.wall += span;
    did(task.tick(now));
  }
  void kill(std::optional<std::chrono::nanoseconds> grace = {}) {
    v1::KillPolicy policy;
    if (grace)
      policy.mutable_grace_period()->set_nanoseconds(grace->count());
    did(task.kill(grace ? &policy : nullptr, now));
  }
  void exits(int status, container_end end = container_end::exited) {
    did(task.exited({container_id{"c"}, end, status, "", 0}, now));
  }
  template <class T>
  std::vector<T> every() const {
    std::vector<T> out;
    for (const auto& effect : all)
      if (const auto* x = std::get_if<T>(&effect))
        out.push_back(*x);
    return out;
  }
  std::vector<v1::TaskState> states() const {
    std::vector<v1::TaskState> out;
    for (const auto& x : every<command_effect::update>())
      out.push_back(x.status.state());
    return out;
  }
  const v1::TaskStatus& last() {
    return (statuses = every<command_effect::update>()).back().status;
  }
  std::vector<command_effect::update> statuses;
};

constexpr int exited_with(int code) {
  return code << 8;
}

} // namespace

TEST_CASE("TASK_STARTING and TASK_RUNNING are said when the process runs for certain") {
  fixture f;
  f.launch();
  CHECK(f.every<command_effect::launch>().size() == 1);
  CHECK(f.states().empty());
  f.did(f.task.started(f.now));
  CHECK(f.states() == std::vector{v1::TASK_STARTING, v1::TASK_RUNNING});
  for (const auto& x : f.every<command_effect::update>()) {
    CHECK(x.status.uuid().size() == 16);
    CHECK(x.status.source() == v1::TaskStatus::SOURCE_EXECUTOR);
    CHECK(x.status.has_timestamp());
  }
}

TEST_CASE("the exit status decides between TASK_FINISHED and TASK_FAILED") {
  fixture f;
  f.run();
  SECTION("0") {
    f.exits(0);
    CHECK(f.last().state() == v1::TASK_FINISHED);
    CHECK(f.last().message() == "Command exited with status 0");
  }
  SECTION("3") {
    f.exits(exited_with(3));
    CHECK(f.last().state() == v1::TASK_FAILED);
    CHECK(f.last().message() == "Command exited with status 3");
  }
  SECTION("a signal") {
    f.exits(SIGKILL);
    CHECK(f.last().state() == v1::TASK_FAILED);
    CHECK(f.last().message() == "Command terminated with signal Killed");
  }
}

TEST_CASE("a launch failure is left to the agent, without any update") {
  fixture f;
  f.launch();
  f.did(f.task.exited({container_id{"c"}, container_end::launch_failed, {}, "no", 0}, f.now));
  CHECK(f.states().empty());
  REQUIRE(f.every<command_effect::finish>().size() == 1);
  CHECK(f.every<command_effect::finish>()[0].exit.message == "no");
  CHECK(f.task.phase() == command_phase::done);
}

TEST_CASE("a limit is left to the agent, even while a kill is under way") {
  fixture f;
  f.run();
  f.kill();
  f.exits(SIGKILL, container_end::limited);
  CHECK(f.states().empty());
  CHECK(f.every<command_effect::finish>().size() == 1);
}

TEST_CASE("a kill terminates, waits three seconds, then destroys") {
  fixture f;
  f.run();
  f.kill();
  REQUIRE(f.every<command_effect::signal>().size() == 1);
  CHECK(f.every<command_effect::signal>()[0].number == SIGTERM);
  CHECK(f.states().empty()); // no TASK_KILLING without the capability
  f.pass(3s - 1ns);
  CHECK(f.every<command_effect::destroy>().empty());
  f.pass(1ns);
  CHECK(f.every<command_effect::destroy>().size() == 1);
  f.exits(SIGKILL, container_end::destroyed);
  CHECK(f.states() == std::vector{v1::TASK_KILLED});
}

TEST_CASE("a killed task that obeys is TASK_KILLED whatever its status") {
  fixture f;
  f.run();
  f.kill();
  SECTION("by the signal") {
    f.exits(SIGTERM);
    CHECK(f.last().message() == "Command terminated with signal Terminated");
  }
  SECTION("with status 0") {
    f.exits(0);
    CHECK(f.last().message() == "Command exited with status 0");
  }
  CHECK(f.last().state() == v1::TASK_KILLED);
  CHECK_FALSE(f.last().has_reason());
}

TEST_CASE("TASK_KILLING is said to frameworks that know it, once") {
  fixture f{make_run(true)};
  f.run();
  f.kill();
  f.kill();
  CHECK(f.states() == std::vector{v1::TASK_KILLING});
}

TEST_CASE("the grace of a kill is its own, then the task's") {
  auto info = make_task();
  info.mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(
      std::chrono::nanoseconds{10s}.count());
  fixture f;
  f.run(info);
  SECTION("the task's") {
    f.kill();
    CHECK(f.task.next_deadline() == f.now.steady + 10s);
  }
  SECTION("its own") {
    f.kill(20s);
    CHECK(f.task.next_deadline() == f.now.steady + 20s);
  }
}

TEST_CASE("a later kill shortens the grace and never prolongs it") {
  fixture f;
  f.run();
  f.kill(60s);
  f.pass(5s);
  f.kill(120s);
  CHECK(f.task.next_deadline() == f.now.steady + 55s);
  f.kill(8s);
  CHECK(f.task.next_deadline() == f.now.steady + 3s);
  f.kill(1s);
  CHECK(f.every<command_effect::destroy>().size() == 1);
}

TEST_CASE("a kill during the launch destroys at once") {
  fixture f;
  f.launch();
  f.kill();
  CHECK(f.every<command_effect::destroy>().size() == 1);
  f.did(f.task.started(f.now));
  CHECK(f.states().empty());
  f.did(f.task.exited({container_id{"c"}, container_end::destroyed, {}, "", 0}, f.now));
  CHECK(f.states() == std::vector{v1::TASK_KILLED});
}

TEST_CASE("a task that runs longer than max_completion_time fails for that reason") {
  auto info = make_task();
  info.mutable_max_completion_time()->set_nanoseconds(std::chrono::nanoseconds{7s}.count());
  fixture f;
  f.run(info);
  f.pass(7s - 1ns);
  CHECK(f.all.empty());
  f.pass(1ns);
  CHECK(f.every<command_effect::destroy>().size() == 1);
  f.exits(SIGKILL, container_end::destroyed);
  CHECK(f.last().state() == v1::TASK_FAILED);
  CHECK(f.last().reason() == v1::TaskStatus::REASON_MAX_COMPLETION_TIME_REACHED);
}

TEST_CASE("it ends when its last update is acknowledged, no earlier") {
  fixture f;
  f.run();
  f.exits(0);
  f.did(f.task.acknowledged("something else", f.now));
  CHECK(f.every<command_effect::finish>().empty());
  f.did(f.task.acknowledged(f.last().uuid(), f.now));
  REQUIRE(f.every<command_effect::finish>().size() == 1);
  CHECK(f.every<command_effect::finish>()[0].exit.status == 0);
}

TEST_CASE("it ends after a minute without acknowledgement: the agent keeps the update") {
  fixture f;
  f.run();
  f.exits(0);
  f.pass(60s);
  CHECK(f.every<command_effect::finish>().size() == 1);
}

TEST_CASE("SHUTDOWN kills the task and does not wait for acknowledgements") {
  fixture f;
  f.run();
  f.did(f.task.shut_down(f.now));
  CHECK(f.every<command_effect::signal>().size() == 1);
  f.exits(SIGTERM);
  CHECK(f.states() == std::vector{v1::TASK_KILLED});
  CHECK(f.every<command_effect::finish>().size() == 1);
}

TEST_CASE("SHUTDOWN before a task came ends it at once") {
  fixture f;
  f.did(f.task.shut_down(f.now));
  CHECK(f.every<command_effect::finish>().size() == 1);
}

TEST_CASE("a container that somebody else destroyed is left to the agent") {
  fixture f;
  f.run();
  f.exits(SIGKILL, container_end::destroyed);
  CHECK(f.states().empty());
  CHECK(f.every<command_effect::finish>().size() == 1);
}

TEST_CASE("a second task fails, the first goes on") {
  fixture f;
  f.run();
  auto other = make_task();
  other.mutable_task_id()->set_value("other");
  f.launch(other);
  REQUIRE(f.states() == std::vector{v1::TASK_FAILED});
  CHECK(f.last().task_id().value() == "other");
  CHECK(f.task.phase() == command_phase::running);
}

TEST_CASE("every status of a task with a check carries the empty result") {
  auto info = make_task();
  info.mutable_check()->set_type(v1::CheckInfo::COMMAND);
  info.mutable_check()->mutable_command()->mutable_command()->set_value("true");
  fixture f;
  f.launch(info);
  f.did(f.task.started(f.now));
  f.exits(0);
  REQUIRE(f.states().size() == 3);
  for (const auto& x : f.every<command_effect::update>()) {
    CHECK(x.status.check_status().type() == v1::CheckInfo::COMMAND);
    CHECK(x.status.check_status().has_command());
  }
}

namespace {

command_run::resumption resumed(v1::TaskState last) {
  command_run::resumption out;
  out.task = std::make_shared<v1::TaskInfo>(make_task());
  out.last_state = last;
  return out;
}

} // namespace

TEST_CASE("after a restart a running task is not announced again") {
  fixture f{make_run(false, resumed(v1::TASK_RUNNING))};
  f.did(f.task.started(f.now));
  CHECK(f.states().empty());
  f.exits(0);
  CHECK(f.states() == std::vector{v1::TASK_FINISHED});
}

TEST_CASE("after a restart a task says what it had not said yet") {
  SECTION("nothing was said") {
    fixture f{make_run(false, resumed(v1::TASK_STAGING))};
    f.did(f.task.started(f.now));
    CHECK(f.states() == std::vector{v1::TASK_STARTING, v1::TASK_RUNNING});
  }
  SECTION("TASK_STARTING was said") {
    fixture f{make_run(false, resumed(v1::TASK_STARTING))};
    f.did(f.task.started(f.now));
    CHECK(f.states() == std::vector{v1::TASK_RUNNING});
  }
  SECTION("it started and ended unseen") {
    fixture f{make_run(false, resumed(v1::TASK_STAGING))};
    f.exits(exited_with(3));
    CHECK(f.states() == std::vector{v1::TASK_STARTING, v1::TASK_RUNNING, v1::TASK_FAILED});
  }
}

TEST_CASE("a container that was lost while the agent was away is left to the agent") {
  fixture f{make_run(false, resumed(v1::TASK_RUNNING))};
  f.did(f.task.exited({container_id{"c"}, container_end::lost, {}, "", 0}, f.now));
  CHECK(f.states().empty());
  CHECK(f.every<command_effect::finish>().size() == 1);
}

TEST_CASE("after a restart an interrupted kill goes on") {
  auto with = resumed(v1::TASK_RUNNING);
  with.kill_requested = true;
  with.kill_grace = 9s;
  fixture f{make_run(true, with)};
  f.did(f.task.started(f.now));
  CHECK(f.states() == std::vector{v1::TASK_KILLING});
  CHECK(f.every<command_effect::signal>().size() == 1);
  CHECK(f.task.next_deadline() == f.now.steady + 9s);
  f.exits(SIGTERM);
  CHECK(f.last().state() == v1::TASK_KILLED);
}

TEST_CASE("after a restart TASK_KILLING is not said twice, and the task ends as killed") {
  fixture f{make_run(true, resumed(v1::TASK_KILLING))};
  f.did(f.task.started(f.now));
  f.exits(SIGTERM);
  CHECK(f.states() == std::vector{v1::TASK_KILLED});
}

TEST_CASE("a killed task whose end the restarted agent finds was killed") {
  auto with = resumed(v1::TASK_RUNNING);
  with.kill_requested = true;
  fixture f{make_run(false, with)};
  f.exits(SIGTERM);
  CHECK(f.states() == std::vector{v1::TASK_KILLED});
}

TEST_CASE("the time before a restart counts for max_completion_time") {
  auto with = resumed(v1::TASK_RUNNING);
  auto info = make_task();
  info.mutable_max_completion_time()->set_nanoseconds(std::chrono::nanoseconds{100s}.count());
  with.task = std::make_shared<v1::TaskInfo>(info);
  with.running_since = to_seconds(fixture{}.now.wall) - 60;
  fixture g{make_run(false, with)};
  g.did(g.task.started(g.now));
  CHECK(g.task.next_deadline() == g.now.steady + 40s);
}

TEST_CASE("the drawn life cycle has no way back from its end") {
  for (const auto step : {command_step::launch, command_step::started, command_step::kill,
                          command_step::exited, command_step::acknowledged})
    CHECK(next(command_phase::done, step) == command_phase::done);
  CHECK(next(command_phase::waiting, command_step::started) == command_phase::waiting);
  CHECK(next(command_phase::reporting, command_step::kill) == command_phase::reporting);
}
