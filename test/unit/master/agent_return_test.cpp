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

namespace {

const std::string pid = "slave(1)@10.0.0.1:5051";

mesos::v1::Task task_of(const std::string& id, const framework_id& framework, const agent_id& agent,
                        TaskState state) {
  mesos::v1::Task task;
  task.set_name(id);
  task.mutable_task_id()->set_value(id);
  task.mutable_framework_id()->set_value(framework.value());
  task.mutable_agent_id()->set_value(agent.value());
  task.set_state(state);
  *task.mutable_resources() = resources_message("cpus:1;mem:32");
  for (auto& item : *task.mutable_resources())
    item.mutable_allocation_info()->set_role("*");
  return task;
}

/// A re-registration that names these tasks.
link::ToMaster reregister(const agent_id& agent, const std::vector<mesos::v1::Task>& tasks = {},
                          const std::vector<mesos::v1::FrameworkInfo>& frameworks = {}) {
  link::ToMaster record;
  auto* body = record.mutable_reregister();
  *body->mutable_registration() = registration("host", world::usual_resources, pid);
  body->mutable_registration()->mutable_agent()->mutable_id()->set_value(agent.value());
  for (const auto& task : tasks)
    *body->add_tasks() = task;
  for (const auto& info : frameworks)
    *body->add_frameworks() = info;
  return record;
}

mesos::v1::FrameworkInfo named(const framework_id& id, mesos::v1::FrameworkInfo info) {
  info.mutable_id()->set_value(id.value());
  return info;
}

registry with_agent(const std::string& id) {
  registry known;
  auto info = std::make_shared<mesos::v1::AgentInfo>();
  info->set_hostname("host");
  info->mutable_id()->set_value(id);
  known.admitted[agent_id{id}] = info;
  return known;
}

/// One agent with the running task "t", whose link has just broken.
struct broken : world {
  explicit broken(const mesos::v1::FrameworkInfo& info = framework_info()) {
    start();
    agent = add_agent("host", usual_resources, pid);
    f = subscribe(info);
    call(f, accept(offer(f, agent, "cpus:1;mem:32"), {command_task("t", agent)}));
    say(agent.link, update(f, "t", TaskState::TASK_RUNNING, uuid('r')));
    break_link(agent);
    forget();
  }

  link_id back(const std::vector<mesos::v1::Task>& tasks,
               const std::vector<mesos::v1::FrameworkInfo>& frameworks = {}) {
    auto link = open_link();
    say(link, reregister(agent.id, tasks, frameworks));
    agent.link = link;
    return link;
  }

  link::Registered answer() const {
    auto answers = records(agent, ToAgent::kRegistered);
    REQUIRE(!answers.empty());
    return answers[0].registered();
  }

  worker agent;
  scheduler f;
};

} // namespace

TEST_CASE("an agent that comes back with its tasks goes on as before") {
  broken w;
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)});
  CHECK(w.answer().reregistered());
  CHECK(w.answer().reconcile_size() == 0);
  CHECK(w.updates(w.f).empty());
  CHECK(w.told_allocator<activate_agent>().size() == 1);
  CHECK(w.told_allocator<add_agent>().empty());
  CHECK(w.changes<delta::agent_changed>().back().agent->active);
  CHECK(w.changes<delta::agent_changed>().back().agent->reregistered.has_value());
  w.pass(minutes{30});
  CHECK(w.changes<delta::agent_removed>().empty());
}

TEST_CASE("tasks that a returning agent does not name have to be explained by it") {
  broken w;
  w.back({});
  REQUIRE(w.answer().reconcile_size() == 1);
  CHECK(w.answer().reconcile(0).task_id().value() == "t");
  CHECK(w.updates(w.f).empty());
}

TEST_CASE("a finished task that a returning agent has forgotten is told once more and completed") {
  broken w;
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)});
  w.say(w.agent.link, update(w.f, "t", TaskState::TASK_FINISHED, uuid('x')));
  w.break_link(w.agent);
  w.forget();
  w.back({});
  CHECK(w.answer().reconcile_size() == 0);
  REQUIRE(w.updates(w.f).size() == 1);
  CHECK(w.updates(w.f)[0].state() == TaskState::TASK_FINISHED);
  CHECK(!w.updates(w.f)[0].has_uuid());
  CHECK(w.changes<delta::task_completed>().size() == 1);
}

TEST_CASE("a kill asked for while the agent was away is repeated when it is back") {
  broken w;
  w.call(w.f, kill("t"));
  CHECK(w.records(w.agent.link).empty());
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)});
  auto kills = w.records(w.agent, ToAgent::kKillTask);
  REQUIRE(kills.size() == 1);
  CHECK(kills[0].kill_task().task_id().value() == "t");
}

TEST_CASE("a finished task is not killed again") {
  broken w;
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)});
  w.call(w.f, kill("t"));
  w.say(w.agent.link, update(w.f, "t", TaskState::TASK_KILLED, uuid('x')));
  w.call(w.f, acknowledge(w.agent, "t", uuid('x')));
  w.break_link(w.agent);
  w.forget();
  w.back({});
  CHECK(w.records(w.agent, ToAgent::kKillTask).empty());
}

TEST_CASE("what ran for a framework removed meanwhile is shut down") {
  broken w;
  w.teardown(w.f.id);
  w.forget();
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)},
         {named(w.f.id, framework_info())});
  auto shut = w.records(w.agent, ToAgent::kShutdownFramework);
  REQUIRE(shut.size() == 1);
  CHECK(shut[0].shutdown_framework().framework_id().value() == w.f.id.value());
  CHECK(w.changes<delta::task_changed>().empty());
}

TEST_CASE("what was declared lost with the link of its agent is shut down when it returns") {
  auto info = framework_info();
  info.set_checkpoint(false);
  broken w(info);
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)}, {named(w.f.id, info)});
  CHECK(w.records(w.agent, ToAgent::kShutdownFramework).size() == 1);
  CHECK(w.changes<delta::task_changed>().empty());
}

TEST_CASE("what the agent drops with a framework's shutdown, the master tells in its place") {
  auto info = framework_info();
  info.set_checkpoint(false);
  broken w(info);
  w.back({});
  w.call(w.f, accept(w.offer(w.f, w.agent, "cpus:2;mem:64"),
                     {command_task("over", w.agent), command_task("u", w.agent)}));
  auto record = update(w.f, "over", TaskState::TASK_RUNNING, uuid('r'));
  record.mutable_status_update()->set_latest_state(TaskState::TASK_FINISHED);
  w.say(w.agent.link, record);
  w.break_link(w.agent);
  CHECK(w.changes<delta::task_completed>().size() == 1); // "u" is lost, "over" may be heard of
  w.forget();
  w.back({task_of("over", w.f.id, w.agent.id, TaskState::TASK_FINISHED),
          task_of("u", w.f.id, w.agent.id, TaskState::TASK_RUNNING)},
         {named(w.f.id, info)});
  REQUIRE(w.updates(w.f).size() == 1);
  CHECK(w.updates(w.f)[0].task_id().value() == "over");
  CHECK(w.updates(w.f)[0].state() == TaskState::TASK_FINISHED);
  CHECK(w.changes<delta::task_completed>().size() == 1);
  auto records = w.records(w.agent.link);
  REQUIRE(records.size() >= 2);
  CHECK(records[0].has_shutdown_framework());
  CHECK(records[1].has_registered());
  CHECK(w.records(w.agent, ToAgent::kUpdateFramework).empty());
}

TEST_CASE("an ended task of a framework without checkpoints is heard of when its agent is back") {
  auto info = framework_info();
  info.set_checkpoint(false);
  broken w(info);
  w.back({});
  w.call(w.f, accept(w.offer(w.f, w.agent, "cpus:1;mem:32"), {command_task("over", w.agent)}));
  w.say(w.agent.link, update(w.f, "over", TaskState::TASK_FINISHED, uuid('x')));
  w.break_link(w.agent);
  w.forget();
  w.back({task_of("over", w.f.id, w.agent.id, TaskState::TASK_FINISHED)}, {named(w.f.id, info)});
  CHECK(w.records(w.agent, ToAgent::kShutdownFramework).empty());
  w.call(w.f, acknowledge(w.agent, "over", uuid('x')));
  CHECK(w.changes<delta::task_completed>().size() == 1);
}

TEST_CASE("an unreachable agent comes back through the registry, its tasks with an update") {
  broken w(with(framework_info(), Capability::PARTITION_AWARE));
  w.pass(minutes{10});
  REQUIRE(w.changes<delta::task_unreachable>().size() == 1);
  w.forget();
  w.store_at_once = false;
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)},
         {named(w.f.id, framework_info())});
  CHECK(std::holds_alternative<registry_op::mark_reachable>(w.all<effect::store>()[0].operation));
  CHECK(w.records(w.agent.link).empty());
  w.finish_stores();
  CHECK(w.answer().reregistered());
  REQUIRE(w.updates(w.f).size() == 1);
  auto status = w.updates(w.f)[0];
  CHECK(status.state() == TaskState::TASK_RUNNING);
  CHECK(status.reason() == TaskStatus::REASON_AGENT_REREGISTERED);
  CHECK(!status.has_uuid());
  CHECK(w.changes<delta::task_changed>().size() == 1);
  auto added = w.told_allocator<add_agent>();
  REQUIRE(added.size() == 1);
  CHECK(added[0].used.at(w.f.id) == allocated("cpus:1;mem:32"));
  CHECK(w.changes<delta::master_changed>().back().master->unreachable_agents == 0);
  CHECK(w.records(w.agent, ToAgent::kUpdateFramework).size() == 1);
  CHECK(w.counter("master/tasks_unreachable") == 0);
}

TEST_CASE("an agent that returns while it is being marked unreachable is taken up afterwards") {
  broken w;
  w.store_at_once = false;
  w.pass(minutes{10});
  auto link = w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)});
  CHECK(w.all<effect::store>().size() == 1);
  CHECK(w.records(link).empty());
  w.finish_stores();
  CHECK(w.all<effect::store>().size() == 2);
  w.finish_stores();
  REQUIRE(!w.records(link).empty());
  CHECK(w.records(link)[0].registered().reregistered());
}

TEST_CASE("after a failover agents bring their tasks and frameworks back") {
  world w;
  w.start(with_agent("old-S7"));
  framework_id owner{"old-0001"};
  auto link = w.open_link();
  w.say(link, reregister(agent_id{"old-S7"},
                         {task_of("t", owner, agent_id{"old-S7"}, TaskState::TASK_RUNNING)},
                         {named(owner, framework_info())}));
  CHECK(w.changes<delta::recovered_agent_removed>().size() == 1);
  auto recovered = w.changes<delta::framework_changed>();
  REQUIRE(recovered.size() == 1);
  CHECK(recovered[0].framework->recovered);
  CHECK(!recovered[0].framework->active);
  REQUIRE(w.told_allocator<add_framework>().size() == 1);
  CHECK(!w.told_allocator<add_framework>()[0].active);
  CHECK(w.told_allocator<add_agent>()[0].used.at(owner) == allocated("cpus:1;mem:32"));

  w.pass(std::chrono::hours{100});
  auto f = w.subscribe(named(owner, framework_info()));
  CHECK(f.id == owner);
  CHECK(!w.changes<delta::framework_changed>().back().framework->recovered);
  w.call(f, reconcile({}));
  CHECK(w.updates(f).size() == 1);
  w.call(f, acknowledge({agent_id{"old-S7"}, link}, "t", uuid('x')));
  CHECK(w.records({agent_id{"old-S7"}, link}, ToAgent::kAcknowledge).empty());
}

TEST_CASE("after a failover reconciliation does not run ahead of the agent's next update") {
  world w;
  w.start(with_agent("old-S7"));
  framework_id owner{"old-0001"};
  auto task = task_of("t", owner, agent_id{"old-S7"}, TaskState::TASK_FINISHED);
  task.set_status_update_state(TaskState::TASK_RUNNING);
  task.set_status_update_uuid(uuid('r'));
  w.say(w.open_link(), reregister(agent_id{"old-S7"}, {task}, {named(owner, framework_info())}));
  auto f = w.subscribe(named(owner, framework_info()));
  w.call(f, reconcile({}));
  REQUIRE(w.updates(f).size() == 1);
  CHECK(w.updates(f)[0].state() == TaskState::TASK_RUNNING);
}

TEST_CASE("agents of the registry that stay away become unreachable, without task updates") {
  world w;
  w.start(with_agent("old-S7"));
  auto f = w.subscribe(framework_info());
  w.pass(minutes{9});
  CHECK(w.all<effect::store>().empty());
  w.pass(minutes{1});
  CHECK(w.changes<delta::recovered_agent_removed>().size() == 1);
  CHECK(w.events(f, Event::FAILURE).size() == 1);
  CHECK(w.updates(f).empty());
  CHECK(w.counter("master/recovery_slave_removals") == 1);
}

TEST_CASE("too many agents that stay away after a failover stop the master") {
  auto config = world::default_config();
  config.recovery_removal_limit = 0.5;
  world w(config);
  auto known = with_agent("a");
  known.admitted.merge(with_agent("b").admitted);
  known.admitted.merge(with_agent("c").admitted);
  w.start(known);
  w.say(w.open_link(), reregister(agent_id{"a"}));
  w.pass(minutes{10});
  CHECK(w.all<effect::give_up>().size() == 1);
  CHECK(w.changes<delta::recovered_agent_removed>().size() == 1);
}

TEST_CASE("an agent that nobody knows is accepted with its id") {
  world w;
  w.start();
  auto link = w.open_link();
  w.say(link, reregister(agent_id{"stranger"}));
  REQUIRE(!w.records(link).empty());
  CHECK(w.records(link)[0].registered().agent_id().value() == "stranger");
}

TEST_CASE("an agent marked gone is told to shut down") {
  world w;
  registry known;
  known.gone[agent_id{"x"}] = 1;
  w.start(known);
  auto link = w.open_link();
  w.say(link, reregister(agent_id{"x"}));
  REQUIRE(w.records(link).size() == 1);
  CHECK(w.records(link)[0].has_shutdown());
  CHECK(w.all<effect::store>().empty());
}

TEST_CASE("a registered agent can't come back from another host") {
  broken w;
  auto record = reregister(w.agent.id);
  record.mutable_reregister()->mutable_registration()->mutable_agent()->set_hostname("other");
  auto link = w.open_link();
  w.say(link, record);
  REQUIRE(w.records(link).size() == 1);
  CHECK(w.records(link)[0].has_shutdown());
}

TEST_CASE("changed agent info is stored before the agent goes on") {
  broken w;
  w.store_at_once = false;
  auto record = reregister(w.agent.id, {task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)});
  *record.mutable_reregister()->mutable_registration()->mutable_agent()->mutable_resources() =
      resources_message("cpus:8;mem:4096;disk:10000;ports:[31000-31010]");
  auto link = w.open_link();
  w.say(link, record);
  CHECK(std::holds_alternative<registry_op::update>(w.all<effect::store>()[0].operation));
  CHECK(w.records(link).empty());
  w.finish_stores();
  CHECK(w.told_allocator<update_agent>()[0].total.cpus().to_double() == 8);
  CHECK(w.records(link)[0].has_registered());
}

TEST_CASE("an agent whose tasks use more than it has is refused") {
  world w;
  w.start();
  std::vector<mesos::v1::Task> tasks;
  for (std::string id : {"a", "b", "c", "d", "e"})
    tasks.push_back(task_of(id, framework_id{"f"}, agent_id{"x"}, TaskState::TASK_RUNNING));
  auto link = w.open_link();
  w.say(link, reregister(agent_id{"x"}, tasks, {named(framework_id{"f"}, framework_info())}));
  REQUIRE(w.closed_link(link));
  CHECK(w.closed_link(link)->find("more than its resources") != std::string::npos);
  tasks.pop_back();
  link = w.open_link();
  w.say(link, reregister(agent_id{"x"}, tasks, {named(framework_id{"f"}, framework_info())}));
  CHECK(!w.closed_link(link));
}

TEST_CASE("a re-registration doubled on its link changes nothing") {
  broken w;
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)});
  w.say(w.agent.link, update(w.f, "t", TaskState::TASK_FINISHED, uuid('x')));
  w.call(w.f, acknowledge(w.agent, "t", uuid('x')));
  w.call(w.f, accept(w.offer(w.f, w.agent, "cpus:2;mem:64"), {executor_task("e", "ex", w.agent)}));
  w.forget();
  w.say(w.agent.link,
        reregister(w.agent.id, {task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)}));
  REQUIRE(w.answer().reconcile_size() == 1);
  CHECK(w.answer().reconcile(0).task_id().value() == "e");
  CHECK(w.changes<delta::task_changed>().empty());
  CHECK(w.changes<delta::executor_removed>().empty());
  CHECK(w.told_allocator<recover_resources>().empty());
}

TEST_CASE("a newer link of a connected agent replaces the older one") {
  world w;
  w.start();
  auto agent = w.add_agent("host", world::usual_resources, pid);
  w.forget();
  auto link = w.open_link();
  w.say(link, reregister(agent.id));
  CHECK(w.closed_link(agent.link));
  CHECK(w.records(link)[0].has_registered());
  w.take(w.core.link_down(agent.link, "late", w.now));
  CHECK(w.changes<delta::agent_changed>().back().agent->active);
}

TEST_CASE("a newer link is the end of the older one, with all that this means") {
  auto info = framework_info();
  info.set_checkpoint(false);
  world w;
  w.start();
  auto agent = w.add_agent("host", world::usual_resources, pid);
  auto f = w.subscribe(info);
  w.call(f, accept(w.offer(f, agent, "cpus:1;mem:32"), {command_task("t", agent)}));
  w.offer(f, agent, "cpus:1");
  w.forget();
  w.say(w.open_link(), reregister(agent.id));
  CHECK(w.events(f, Event::RESCIND).size() == 1);
  REQUIRE(w.updates(f).size() == 1);
  CHECK(w.updates(f)[0].reason() == TaskStatus::REASON_AGENT_DISCONNECTED);
  CHECK(w.told_allocator<deactivate_agent>().size() == 1);
  CHECK(w.told_allocator<activate_agent>().size() == 1);
}

TEST_CASE("a task that ended with its acknowledgement on the way is taken up again") {
  broken w;
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_RUNNING)});
  w.say(w.agent.link, update(w.f, "t", TaskState::TASK_FINISHED, uuid('x')));
  w.call(w.f, acknowledge(w.agent, "t", uuid('x')));
  w.break_link(w.agent);
  w.forget();
  w.back({task_of("t", w.f.id, w.agent.id, TaskState::TASK_FINISHED)});
  CHECK(w.updates(w.f).empty());
  w.say(w.agent.link, update(w.f, "t", TaskState::TASK_FINISHED, uuid('x')));
  w.call(w.f, acknowledge(w.agent, "t", uuid('x')));
  CHECK(w.records(w.agent, ToAgent::kAcknowledge).size() == 1);
  CHECK(w.changes<delta::task_completed>().size() == 1);
  CHECK(w.told_allocator<recover_resources>().empty());
}

TEST_CASE("executors that a returning agent no longer has give their share back") {
  world w;
  w.start();
  auto agent = w.add_agent("host", world::usual_resources, pid);
  auto f = w.subscribe(framework_info());
  w.call(f, accept(w.offer(f, agent, "cpus:2;mem:64"), {executor_task("t", "ex", agent)}));
  w.break_link(agent);
  w.forget();
  w.say(w.open_link(), reregister(agent.id));
  CHECK(w.changes<delta::executor_removed>().size() == 1);
  CHECK(w.told_allocator<recover_resources>()[0].returned == allocated("cpus:0.1;mem:32"));
}
