#include "http/agent_answers.hpp"

#include "http/json_object.hpp"

#include <map>

namespace troupe::http {

using mesos::v1::agent::Call;
using mesos::v1::agent::Response;

namespace {

Response of_type(Response::Type type) {
  Response response;
  response.set_type(type);
  return response;
}

/// Calls `use(framework, executor, completed)` for every executor.
template <class Use>
void each_executor(const agent_state_view& view, Use use) {
  for (const auto* list : {&view.frameworks, &view.completed_frameworks})
    for (const auto& framework : *list) {
      for (const auto& executor : framework->executors)
        use(*framework, *executor, false);
      for (const auto& executor : framework->completed_executors)
        use(*framework, *executor, true);
    }
}

void fill(const agent_state_view& view, Response::GetFrameworks& out) {
  for (const auto& each : view.frameworks)
    *out.add_frameworks()->mutable_framework_info() = *each->info;
  for (const auto& each : view.completed_frameworks)
    *out.add_completed_frameworks()->mutable_framework_info() = *each->info;
}

void fill(const agent_state_view& view, Response::GetExecutors& out) {
  each_executor(view, [&](const auto&, const agent_executor_view& executor, bool completed) {
    auto& added = completed ? *out.add_completed_executors() : *out.add_executors();
    *added.mutable_executor_info() = *executor.info;
  });
}

void fill(const agent_state_view& view, Response::GetTasks& out) {
  each_executor(view, [&](const auto&, const agent_executor_view& executor, bool) {
    for (const auto& task : executor.waiting_tasks)
      *out.add_queued_tasks() = *task;
    for (const auto& task : executor.tasks)
      *out.add_launched_tasks() = *task;
    for (const auto& task : executor.terminated_tasks)
      *out.add_terminated_tasks() = *task;
    for (const auto& task : executor.completed_tasks)
      *out.add_completed_tasks() = *task;
  });
}

using container_message = Response::GetContainers::Container;

void fill(const container_usage& used, container_message& out) {
  if (used.status)
    *out.mutable_container_status() = *used.status;
  if (used.statistics)
    *out.mutable_resource_statistics() = *used.statistics;
}

/// Every field of `body`, all of them lists of messages, set or not.
void append_lists(std::string& out, const google::protobuf::Message& body) {
  json_object object(out);
  const auto* type = body.GetDescriptor();
  const auto& reflection = *body.GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    object.key(field->name()) += '[';
    for (int at = 0; at < reflection.FieldSize(body, field); ++at) {
      if (at > 0)
        out += ',';
      wire::append_json(out, reflection.GetRepeatedMessage(body, field, at));
    }
    out += ']';
  }
  object.close();
}

} // namespace

Response agent_info_response(const agent_state_view& view) {
  auto response = of_type(Response::GET_AGENT);
  *response.mutable_get_agent()->mutable_agent_info() = *view.info;
  return response;
}

Response frameworks_response(const agent_state_view& view) {
  auto response = of_type(Response::GET_FRAMEWORKS);
  fill(view, *response.mutable_get_frameworks());
  return response;
}

Response executors_response(const agent_state_view& view) {
  auto response = of_type(Response::GET_EXECUTORS);
  fill(view, *response.mutable_get_executors());
  return response;
}

Response tasks_response(const agent_state_view& view) {
  auto response = of_type(Response::GET_TASKS);
  fill(view, *response.mutable_get_tasks());
  return response;
}

Response state_response(const agent_state_view& view) {
  auto response = of_type(Response::GET_STATE);
  auto& state = *response.mutable_get_state();
  fill(view, *state.mutable_get_tasks());
  fill(view, *state.mutable_get_executors());
  fill(view, *state.mutable_get_frameworks());
  return response;
}

Response operations_response(const agent_state_view&) {
  auto response = of_type(Response::GET_OPERATIONS);
  response.mutable_get_operations();
  return response;
}

Response resource_providers_response(const agent_state_view&) {
  auto response = of_type(Response::GET_RESOURCE_PROVIDERS);
  response.mutable_get_resource_providers();
  return response;
}

Response containers_response(const agent_state_view& view, const usage_list& usage,
                             const Call::GetContainers& wanted) {
  auto response = of_type(Response::GET_CONTAINERS);
  auto& list = *response.mutable_get_containers();
  std::map<container_id, const container_usage*> known;
  for (const auto& each : usage)
    known.emplace(each.id, &each);
  each_executor(view,
                [&](const auto& framework, const agent_executor_view& executor, bool completed) {
                  if (completed || executor.container.empty())
                    return;
                  auto& added = *list.add_containers();
                  added.mutable_framework_id()->set_value(framework.id.value());
                  *added.mutable_executor_id() = executor.info->executor_id();
                  added.set_executor_name(executor.info->name());
                  added.mutable_container_id()->set_value(executor.container.value());
                  if (const auto found = known.find(executor.container); found != known.end())
                    fill(*found->second, added);
                });
  for (const auto& each : usage) {
    const bool shown = each.kind == container_kind::nested       ? wanted.show_nested()
                       : each.kind == container_kind::standalone ? wanted.show_standalone()
                                                                 : false;
    if (!shown)
      continue;
    auto& added = *list.add_containers();
    *added.mutable_container_id() = each.status->container_id();
    fill(each, added);
  }
  return response;
}

std::string agent_answer_json(const Response& response) {
  std::string out;
  json_object object(out);
  object.text("type", Response::Type_Name(response.type()));
  switch (response.type()) {
  case Response::GET_TASKS:
    append_lists(object.key("get_tasks"), response.get_tasks());
    break;
  case Response::GET_EXECUTORS:
    append_lists(object.key("get_executors"), response.get_executors());
    break;
  case Response::GET_FRAMEWORKS:
    append_lists(object.key("get_frameworks"), response.get_frameworks());
    break;
  case Response::GET_STATE: {
    json_object state(object.key("get_state"));
    append_lists(state.key("get_tasks"), response.get_state().get_tasks());
    append_lists(state.key("get_executors"), response.get_state().get_executors());
    append_lists(state.key("get_frameworks"), response.get_state().get_frameworks());
    state.close();
    break;
  }
  default:
    return wire::to_json(response);
  }
  object.close();
  return out;
}

} // namespace troupe::http
