#include "http/agent_answers.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::http;
using mesos::v1::agent::Call;
using mesos::v1::agent::Response;

namespace {

task_ptr task(const std::string& id) {
  auto made = std::make_shared<mesos::v1::Task>();
  made->set_name(id);
  made->mutable_task_id()->set_value(id);
  made->mutable_framework_id()->set_value("f");
  made->mutable_agent_id()->set_value("a");
  made->set_state(mesos::v1::TASK_RUNNING);
  return made;
}

shared<agent_executor_view> executor(const std::string& id, const std::string& container) {
  auto info = std::make_shared<mesos::v1::ExecutorInfo>();
  info->mutable_executor_id()->set_value(id);
  info->set_name("name of " + id);
  auto made = std::make_shared<agent_executor_view>();
  made->info = std::move(info);
  made->container = container_id(container);
  made->waiting_tasks = {task(id + "-waits")};
  made->tasks = {task(id + "-runs")};
  made->terminated_tasks = {task(id + "-ended")};
  made->completed_tasks = {task(id + "-done")};
  return made;
}

agent_state_view some_agent() {
  auto info = std::make_shared<mesos::v1::FrameworkInfo>();
  info->set_user("u");
  info->set_name("n");
  auto framework = std::make_shared<agent_framework_view>();
  framework->id = framework_id("f");
  framework->info = std::move(info);
  framework->executors = {executor("e", "c")};
  framework->completed_executors = {executor("old", "c-old")};
  agent_state_view view;
  view.info = std::make_shared<mesos::v1::AgentInfo>();
  view.frameworks = {std::move(framework)};
  return view;
}

container_usage used(const std::string& id, container_kind kind) {
  auto status = std::make_shared<mesos::v1::ContainerStatus>();
  status->mutable_container_id()->set_value(id);
  return {container_id(id), kind, std::make_shared<mesos::v1::ResourceStatistics>(), status};
}

/// Container ids in order; `+` behind those that name an executor.
std::string shown(const usage_list& usage, bool nested, bool standalone) {
  Call::GetContainers wanted;
  wanted.set_show_nested(nested);
  wanted.set_show_standalone(standalone);
  const auto response = containers_response(some_agent(), usage, wanted);
  std::string text;
  for (const auto& each : response.get_containers().containers())
    text += each.container_id().value() + (each.has_executor_id() ? "+ " : " ");
  return text;
}

} // namespace

TEST_CASE("nested and standalone containers are shown to those who ask for them") {
  const usage_list usage{used("c", container_kind::executor), used("c.n", container_kind::nested),
                         used("s", container_kind::standalone)};
  CHECK(shown(usage, false, false) == "c+ ");
  CHECK(shown(usage, true, false) == "c+ c.n ");
  CHECK(shown(usage, false, true) == "c+ s ");
  CHECK(shown(usage, true, true) == "c+ c.n s ");
}

TEST_CASE("an executor's container is shown even when nothing is known of its usage") {
  const auto response = containers_response(some_agent(), {}, {});
  REQUIRE(response.get_containers().containers_size() == 1);
  const auto& only = response.get_containers().containers(0);
  CHECK(only.framework_id().value() == "f");
  CHECK(only.executor_name() == "name of e");
  CHECK_FALSE(only.has_container_status());
  CHECK_FALSE(only.has_resource_statistics());
}

TEST_CASE("tasks are told by how far they have come") {
  const auto tasks = tasks_response(some_agent()).get_tasks();
  const auto ids = [](const auto& list) {
    std::string text;
    for (const auto& each : list)
      text += each.task_id().value() + " ";
    return text;
  };
  CHECK(ids(tasks.pending_tasks()).empty());
  CHECK(ids(tasks.queued_tasks()) == "e-waits old-waits ");
  CHECK(ids(tasks.launched_tasks()) == "e-runs old-runs ");
  CHECK(ids(tasks.terminated_tasks()) == "e-ended old-ended ");
  CHECK(ids(tasks.completed_tasks()) == "e-done old-done ");
}

TEST_CASE("lists of the state are in its JSON when they are empty, too") {
  agent_state_view empty;
  empty.info = std::make_shared<mesos::v1::AgentInfo>();
  CHECK(agent_answer_json(state_response(empty)) ==
        R"({"type":"GET_STATE","get_state":{)"
        R"("get_tasks":{"pending_tasks":[],"queued_tasks":[],"launched_tasks":[],)"
        R"("terminated_tasks":[],"completed_tasks":[]},)"
        R"("get_executors":{"executors":[],"completed_executors":[]},)"
        R"("get_frameworks":{"frameworks":[],"completed_frameworks":[]}}})");
  CHECK(agent_answer_json(operations_response(empty)) ==
        R"({"type":"GET_OPERATIONS","get_operations":{}})");
}
