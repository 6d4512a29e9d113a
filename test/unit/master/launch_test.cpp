#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::Offer;
using mesos::v1::TaskInfo;
using mesos::v1::TaskState;
using mesos::v1::TaskStatus;
using Capability = mesos::v1::FrameworkInfo::Capability;
using ToAgent = troupe::link::ToAgent;

namespace {

/// A world with one agent, one framework and one offer of "cpus:4;mem:4096;ports:[31000-31010]".
struct ready : world {
  explicit ready(const mesos::v1::FrameworkInfo& info = framework_info(), std::string role = "*") {
    start();
    agent = add_agent();
    f = subscribe(info);
    offers = offer(f, agent, "cpus:4;mem:4096;disk:1000;ports:[31000-31010]", role);
    forget();
  }

  /// Launches one task; the status that refuses it.
  TaskStatus refused(const TaskInfo& task) {
    call(f, accept(offers, {task}));
    REQUIRE(updates(f).size() == 1);
    CHECK(records(agent, ToAgent::kRunTask).empty());
    return updates(f)[0];
  }

  worker agent;
  scheduler f;
  std::vector<std::string> offers;
};

Call accept_group(const std::vector<std::string>& offers, const std::vector<TaskInfo>& tasks,
                  const scheduler& f) {
  auto call = accept(offers, {});
  auto* operation = call.mutable_accept()->mutable_operations(0);
  operation->set_type(Offer::Operation::LAUNCH_GROUP);
  operation->clear_launch();
  auto* executor = operation->mutable_launch_group()->mutable_executor();
  executor->set_type(mesos::v1::ExecutorInfo::DEFAULT);
  executor->mutable_executor_id()->set_value("default-1");
  executor->mutable_framework_id()->set_value(f.id.value());
  *executor->mutable_resources() = resources_message("cpus:0.1;mem:32;disk:32");
  for (const auto& task : tasks)
    *operation->mutable_launch_group()->mutable_task_group()->add_tasks() = task;
  return call;
}

} // namespace

TEST_CASE("a valid task is sent to its agent and the rest of the offer goes back with a filter") {
  ready w;
  auto call = accept(w.offers, {command_task("t", w.agent, "cpus:1;mem:32")});
  call.mutable_accept()->mutable_filters()->set_refuse_seconds(7);
  CHECK(w.call(w.f, call).status == 202);

  auto runs = w.records(w.agent, ToAgent::kRunTask);
  REQUIRE(runs.size() == 1);
  const auto& run = runs[0].run_task();
  CHECK(run.framework().id().value() == w.f.id.value());
  CHECK(!run.has_launch_executor());
  CHECK(run.task().task_id().value() == "t");
  CHECK(run.task().resources(0).allocation_info().role() == "*");
  CHECK(!run.task().resources(0).has_role());
  auto changed = w.changes<delta::task_changed>();
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].task->state() == TaskState::TASK_STAGING);
  CHECK(changed[0].task->unpack().user() == "root");
  CHECK(!changed[0].task->unpack().has_executor_id());
  auto back = w.told_allocator<recover_resources>();
  REQUIRE(back.size() == 1);
  CHECK(back[0].returned == allocated("cpus:3;mem:4064;disk:1000;ports:[31000-31010]"));
  CHECK(back[0].filter == std::chrono::seconds{7});
  CHECK(w.updates(w.f).empty());
}

TEST_CASE("an ACCEPT without operations is a DECLINE") {
  ready w;
  auto call = accept(w.offers, {});
  call.mutable_accept()->clear_operations();
  w.call(w.f, call);
  REQUIRE(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.told_allocator<recover_resources>()[0].filter == std::chrono::seconds{5});
  CHECK(w.counter("master/messages_decline_offers") == 1);
}

TEST_CASE("an ACCEPT of which nothing comes gives all its offers back by one message") {
  world w;
  w.start();
  auto f = w.subscribe(framework_info());
  std::vector<std::string> offers;
  for (auto host : {"a", "b"})
    offers.push_back(w.offer(f, w.add_agent(host), "cpus:2").at(0));
  w.forget();
  w.call(f, accept(offers, {}));
  CHECK(w.told_allocator<recover_resources>().size() == 2);
  CHECK(w.all<effect::tell_allocator>().size() == 1);
}

TEST_CASE("a LAUNCH of no tasks gives the whole offer back") {
  ready w;
  w.call(w.f, accept(w.offers, {}));
  REQUIRE(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.told_allocator<recover_resources>()[0].filter == std::chrono::seconds{5});
}

TEST_CASE("tasks of one LAUNCH stand for themselves") {
  ready w;
  w.call(w.f, accept(w.offers, {command_task("a", w.agent), command_task("", w.agent),
                                command_task("b", w.agent)}));
  CHECK(w.records(w.agent, ToAgent::kRunTask).size() == 2);
  REQUIRE(w.updates(w.f).size() == 1);
  CHECK(w.updates(w.f)[0].message() == "ID must not be empty");
}

TEST_CASE("an invalid task gets TASK_ERROR with the text that clients know") {
  ready w;
  auto task = command_task("t", w.agent);
  SECTION("a slash in the id") {
    task.mutable_task_id()->set_value("a-slash/x");
    auto status = w.refused(task);
    CHECK(status.message() == "'a-slash/x' contains invalid characters");
    CHECK(status.state() == TaskState::TASK_ERROR);
    CHECK(status.reason() == TaskStatus::REASON_TASK_INVALID);
    CHECK(status.source() == TaskStatus::SOURCE_MASTER);
    CHECK(status.agent_id().value() == w.agent.id.value());
    CHECK(!status.has_uuid());
  }
  SECTION("neither command nor executor") {
    task.clear_command();
    CHECK(w.refused(task).message() ==
          "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present");
  }
  SECTION("no resources") {
    task.clear_resources();
    CHECK(w.refused(task).message() == "Task uses no resources");
  }
  SECTION("another agent") {
    task.mutable_agent_id()->set_value("other");
    CHECK(w.refused(task).message() ==
          "Task uses invalid agent other while agent m-S0 is expected");
  }
  SECTION("a negative amount") {
    task.mutable_resources(0)->mutable_scalar()->set_value(-1);
    CHECK(w.refused(task).message() ==
          "Resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0");
  }
  SECTION("too much") {
    task.mutable_resources(0)->mutable_scalar()->set_value(1000);
    auto message = w.refused(task).message();
    CHECK(message.find("Total resources cpus(allocated: *):1000") == 0);
    CHECK(message.find("required by task and its executor is more than available") !=
          std::string::npos);
  }
  SECTION("a negative grace period") {
    task.mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(-1);
    CHECK(w.refused(task).message().find("kill_policy.grace_period") != std::string::npos);
  }
  SECTION("a health check without its member") {
    task.mutable_health_check()->set_type(mesos::v1::HealthCheck::TCP);
    CHECK(w.refused(task).message() ==
          "Task uses invalid health check: Expecting 'tcp' to be set for TCP health check");
  }
  SECTION("an HTTP check whose path has no slash") {
    task.mutable_check()->set_type(mesos::v1::CheckInfo::HTTP);
    task.mutable_check()->mutable_http()->set_port(80);
    task.mutable_check()->mutable_http()->set_path("x");
    CHECK(w.refused(task).message() ==
          "Task uses invalid check: The path 'x' of HTTP check must start with '/'");
  }
  SECTION("a secret variable without its secret") {
    auto* variable = task.mutable_command()->mutable_environment()->add_variables();
    variable->set_name("S");
    variable->set_type(mesos::v1::Environment::Variable::SECRET);
    CHECK(w.refused(task).message() ==
          "Task's `CommandInfo` is invalid: Environment variable 'S' of type 'SECRET' must have "
          "a secret set");
  }
  SECTION("a DOCKER container without docker") {
    task.mutable_container()->set_type(mesos::v1::ContainerInfo::DOCKER);
    CHECK(w.refused(task).message() ==
          "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed "
          "ContainerInfo");
  }
  SECTION("a volume that says its source twice") {
    task.mutable_container()->set_type(mesos::v1::ContainerInfo::MESOS);
    auto* volume = task.mutable_container()->add_volumes();
    volume->set_mode(mesos::v1::Volume::RW);
    volume->set_container_path("x");
    volume->set_host_path("/x");
    volume->mutable_image();
    CHECK(w.refused(task).message().find("Only one of them should be set") != std::string::npos);
  }
}

TEST_CASE("a task id can't be used twice while its task is there") {
  ready w;
  w.call(w.f, accept(w.offers, {command_task("t", w.agent), command_task("t", w.agent)}));
  CHECK(w.records(w.agent, ToAgent::kRunTask).size() == 1);
  REQUIRE(w.updates(w.f).size() == 1);
  CHECK(w.updates(w.f)[0].message() == "Task has duplicate ID: t");
}

TEST_CASE("very small tasks and tasks without cpus are launched") {
  ready w;
  w.call(w.f, accept(w.offers, {command_task("tiny", w.agent, "cpus:0.001;mem:1"),
                                command_task("nocpu", w.agent, "mem:32")}));
  CHECK(w.records(w.agent, ToAgent::kRunTask).size() == 2);
}

TEST_CASE("the type of an old client's health check is inferred") {
  ready w;
  auto task = command_task("t", w.agent);
  task.mutable_health_check()->mutable_http()->set_port(80);
  w.call(w.f, accept(w.offers, {task}));
  auto runs = w.records(w.agent, ToAgent::kRunTask);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].run_task().task().health_check().type() == mesos::v1::HealthCheck::HTTP);
}

TEST_CASE("an executor is paid for once, by the first of its tasks") {
  ready w;
  w.call(w.f,
         accept(w.offers, {executor_task("a", "ex", w.agent), executor_task("b", "ex", w.agent)}));
  auto runs = w.records(w.agent, ToAgent::kRunTask);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].run_task().task().executor().type() == mesos::v1::ExecutorInfo::CUSTOM);
  CHECK(runs[0].run_task().task().executor().framework_id().value() == w.f.id.value());
  CHECK(runs[0].run_task().launch_executor());
  CHECK(runs[1].run_task().has_launch_executor());
  CHECK(!runs[1].run_task().launch_executor());
  CHECK(w.changes<delta::executor_added>().size() == 1);
  CHECK(w.told_allocator<recover_resources>()[0].returned ==
        allocated("cpus:1.9;mem:4000;disk:1000;ports:[31000-31010]"));
  CHECK(w.changes<delta::task_changed>()[0].task->unpack().executor_id().value() == "ex");
}

TEST_CASE("later offers of the agent name the framework's executors") {
  ready w;
  w.call(w.f, accept(w.offers, {executor_task("a", "ex", w.agent)}));
  w.forget();
  w.offer(w.f, w.agent, "cpus:1");
  auto offer = w.events(w.f, Event::OFFERS)[0].offers().offers(0);
  REQUIRE(offer.executor_ids_size() == 1);
  CHECK(offer.executor_ids(0).value() == "ex");
}

TEST_CASE("another executor under a known id is refused with both shown") {
  ready w;
  auto other = executor_task("b", "ex", w.agent);
  other.mutable_executor()->set_name("other");
  w.call(w.f, accept(w.offers, {executor_task("a", "ex", w.agent), other}));
  REQUIRE(w.updates(w.f).size() == 1);
  auto message = w.updates(w.f)[0].message();
  CHECK(message.find("ExecutorInfo is not compatible with existing ExecutorInfo with same "
                     "ExecutorID.\n---") == 0);
  CHECK(message.find("name: \"other\"") != std::string::npos);
}

TEST_CASE("an invalid executor makes the task invalid") {
  ready w;
  auto task = executor_task("t", "ex", w.agent);
  SECTION("a foreign framework id") {
    task.mutable_executor()->mutable_framework_id()->set_value("other");
    CHECK(w.refused(task).message() ==
          "ExecutorInfo has an invalid FrameworkID (Actual: other vs Expected: m-0000)");
  }
  SECTION("no command") {
    task.mutable_executor()->clear_command();
    CHECK(w.refused(task).message() == "'ExecutorInfo.command' must be set for 'CUSTOM' executor");
  }
  SECTION("the default executor in a LAUNCH") {
    task.mutable_executor()->set_type(mesos::v1::ExecutorInfo::DEFAULT);
    CHECK(w.refused(task).message() == "'ExecutorInfo.type' must be 'CUSTOM'");
  }
}

TEST_CASE("one invalid offer fails the whole ACCEPT") {
  ready w;
  auto second = w.offer(w.f, w.agent, "cpus:1");
  w.forget();
  auto call = accept({w.offers[0], second[0], "m-O99"}, {command_task("t", w.agent)});
  SECTION("TASK_LOST for a framework that is not partition aware") {
    w.call(w.f, call);
    REQUIRE(w.updates(w.f).size() == 1);
    auto status = w.updates(w.f)[0];
    CHECK(status.state() == TaskState::TASK_LOST);
    CHECK(status.reason() == TaskStatus::REASON_INVALID_OFFERS);
    CHECK(status.message() == "Task launched with invalid offers: Offer m-O99 is no longer valid");
    auto back = w.told_allocator<recover_resources>();
    CHECK(back.size() == 2);
    for (const auto& one : back)
      CHECK(!one.filter);
    CHECK(w.records(w.agent, ToAgent::kRunTask).empty());
  }
  SECTION("the same offer twice") {
    w.call(w.f, accept({w.offers[0], w.offers[0]}, {command_task("t", w.agent)}));
    CHECK(w.updates(w.f)[0].message() ==
          "Task launched with invalid offers: Duplicate offer m-O0 in offer list");
  }
  SECTION("no offer at all") {
    w.call(w.f, accept({}, {command_task("t", w.agent)}));
    CHECK(w.updates(w.f)[0].message() == "Task launched with invalid offers: No offers specified");
  }
  SECTION("another framework's offer") {
    auto other = w.subscribe(framework_info());
    w.call(other, accept(w.offers, {command_task("t", w.agent)}));
    CHECK(w.updates(other)[0].message() ==
          "Task launched with invalid offers: Offer m-O0 has invalid framework m-0000 while "
          "framework m-0001 is expected");
    CHECK(w.told_allocator<recover_resources>().empty());
  }
}

TEST_CASE("a partition aware framework hears TASK_DROPPED for invalid offers") {
  ready w(with(framework_info(), Capability::PARTITION_AWARE));
  w.call(w.f, accept({"m-O99"}, {command_task("t", w.agent)}));
  CHECK(w.updates(w.f)[0].state() == TaskState::TASK_DROPPED);
}

TEST_CASE("offers of two agents or two roles can't be used together") {
  ready w(multi_role_info({"a", "b"}), "a");
  auto second = w.add_agent("host2");
  auto elsewhere = w.offer(w.f, second, "cpus:1", "a");
  auto other_role = w.offer(w.f, w.agent, "cpus:1", "b");
  w.call(w.f, accept({w.offers[0], elsewhere[0]}, {command_task("t", w.agent)}));
  CHECK(w.updates(w.f)[0].message().find("must belong to one single agent") != std::string::npos);
  auto again = w.offer(w.f, w.agent, "cpus:1", "a");
  w.call(w.f, accept({again[0], other_role[0]}, {command_task("t", w.agent)}));
  CHECK(w.updates(w.f)[1].message().find("must be allocated to the same role") !=
        std::string::npos);
}

TEST_CASE("several offers of one agent are one purse") {
  ready w;
  auto second = w.offer(w.f, w.agent, "cpus:4");
  w.forget();
  w.call(w.f, accept({w.offers[0], second[0]}, {command_task("t", w.agent, "cpus:8;mem:32")}));
  CHECK(w.records(w.agent, ToAgent::kRunTask).size() == 1);
}

TEST_CASE("a task group is sent whole, its executor paid for") {
  ready w;
  w.call(w.f,
         accept_group(w.offers, {command_task("g1", w.agent), command_task("g2", w.agent)}, w.f));
  auto runs = w.records(w.agent, ToAgent::kRunTaskGroup);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].run_task_group().task_group().tasks_size() == 2);
  CHECK(runs[0].run_task_group().executor().executor_id().value() == "default-1");
  CHECK(runs[0].run_task_group().launch_executor());
  CHECK(w.changes<delta::task_changed>()[1].task->unpack().executor_id().value() == "default-1");
  CHECK(w.told_allocator<recover_resources>()[0].returned ==
        allocated("cpus:1.9;mem:4000;disk:968;ports:[31000-31010]"));
}

TEST_CASE("one invalid task keeps its whole group from running") {
  ready w;
  auto bad = command_task("g2", w.agent);
  SECTION("no resources") {
    bad.clear_resources();
  }
  SECTION("a docker container") {
    bad.mutable_container()->set_type(mesos::v1::ContainerInfo::DOCKER);
    bad.mutable_container()->mutable_docker()->set_image("x");
  }
  SECTION("more than is there") {
    *bad.mutable_resources() = resources_message("cpus:5");
  }
  SECTION("the same id as the other") {
    bad.mutable_task_id()->set_value("g1");
  }
  w.call(w.f, accept_group(w.offers, {command_task("g1", w.agent), bad}, w.f));
  CHECK(w.records(w.agent, ToAgent::kRunTaskGroup).empty());
  REQUIRE(w.updates(w.f).size() == 2);
  for (const auto& status : w.updates(w.f)) {
    CHECK(status.state() == TaskState::TASK_ERROR);
    CHECK(status.reason() == TaskStatus::REASON_TASK_GROUP_INVALID);
  }
  CHECK(w.changes<delta::executor_added>().empty());
}

TEST_CASE("a group's executor needs a share of its own") {
  ready w;
  auto call = accept_group(w.offers, {command_task("g1", w.agent)}, w.f);
  *call.mutable_accept()
       ->mutable_operations(0)
       ->mutable_launch_group()
       ->mutable_executor()
       ->mutable_resources() = resources_message("cpus:0.1;mem:31;disk:32");
  w.call(w.f, call);
  CHECK(w.updates(w.f)[0].message().find("32 MB of mem") != std::string::npos);
}

TEST_CASE("a launch with an operation id is refused, others go on") {
  ready w;
  auto call = accept(w.offers, {command_task("a", w.agent)});
  call.mutable_accept()->mutable_operations(0)->mutable_id()->set_value("op");
  *call.mutable_accept()->add_operations() =
      accept({}, {command_task("b", w.agent)}).accept().operations(0);
  w.call(w.f, call);
  REQUIRE(w.updates(w.f).size() == 1);
  CHECK(w.updates(w.f)[0].task_id().value() == "a");
  CHECK(w.updates(w.f)[0].state() == TaskState::TASK_ERROR);
  CHECK(w.records(w.agent, ToAgent::kRunTask).size() == 1);
}

TEST_CASE("an operation that this master can't do is dropped, and told if it has an id") {
  ready w;
  auto call = accept(w.offers, {command_task("a", w.agent)});
  auto* with_id = call.mutable_accept()->add_operations();
  with_id->set_type(Offer::Operation::RESERVE);
  with_id->mutable_id()->set_value("op-1");
  call.mutable_accept()->add_operations()->set_type(Offer::Operation::CREATE);
  w.call(w.f, call);
  auto told = w.events(w.f, Event::UPDATE_OPERATION_STATUS);
  REQUIRE(told.size() == 1);
  const auto& status = told[0].update_operation_status().status();
  CHECK(status.operation_id().value() == "op-1");
  CHECK(status.state() == mesos::v1::OPERATION_ERROR);
  CHECK(!status.has_uuid());
  CHECK(w.records(w.agent, ToAgent::kRunTask).size() == 1);
  auto logged = w.all<effect::log>();
  CHECK(std::count_if(logged.begin(), logged.end(), [](const auto& x) {
          return x.level == log_level::warning &&
                 x.line.find("operation dropped") != std::string::npos;
        }) == 2);
}
