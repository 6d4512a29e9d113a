#include "master/statuses.hpp"

#include <algorithm>
#include <cctype>

namespace troupe::master {

TaskStatus make_status(const turn& t, const task_id& task, TaskState state,
                       TaskStatus::Reason reason, const std::string& message) {
  TaskStatus status;
  status.mutable_task_id()->set_value(task.value());
  status.set_state(state);
  status.set_source(TaskStatus::SOURCE_MASTER);
  status.set_reason(reason);
  status.set_message(message);
  status.set_timestamp(t.timestamp());
  return status;
}

TaskStatus make_status(const turn& t, const task_id& id, const task_entry& task, TaskState state,
                       TaskStatus::Reason reason, const std::string& message) {
  auto status = make_status(t, id, state, reason, message);
  status.mutable_agent_id()->set_value(task.agent.value());
  if (task.executor)
    status.mutable_executor_id()->set_value(task.executor->value());
  return status;
}

std::string metric_word(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (auto at = name.find("agent"); at != std::string::npos)
    name.replace(at, 5, "slave");
  return name;
}

} // namespace troupe::master
