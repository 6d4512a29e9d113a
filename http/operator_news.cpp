#include "http/operator_news.hpp"

#include "http/v1_entities.hpp"

namespace troupe::http {

using mesos::v1::Task;
using mesos::v1::TaskStatus;
using mesos::v1::master::Event;

namespace {

bool is_check_update(const TaskStatus& status) {
  return status.reason() == TaskStatus::REASON_TASK_CHECK_STATUS_UPDATED ||
         status.reason() == TaskStatus::REASON_TASK_HEALTH_CHECK_STATUS_UPDATED;
}

bool same(const TaskStatus& a, const TaskStatus& b) {
  return a.uuid() == b.uuid() && a.timestamp() == b.timestamp() && a.state() == b.state();
}

/// Repeated updates are no news, but for those of checks.
bool tells_something_new(const Task& before, const Task& now) {
  if (now.statuses_size() == 0)
    return false;
  const auto& newest = now.statuses(now.statuses_size() - 1);
  if (before.statuses_size() == 0 || before.state() != now.state())
    return true;
  const auto& last = before.statuses(before.statuses_size() - 1);
  return newest.state() != last.state() || (is_check_update(newest) && !same(newest, last));
}

} // namespace

void operator_news::before(const state_change& change) {
  std::visit([this](const auto& each) { on(each); }, change);
}

operator_news::entry& operator_news::add(Event::Type type) {
  auto& entry = entries_.emplace_back();
  entry.event.set_type(type);
  return entry;
}

void operator_news::on(const delta::agent_changed& x) {
  if (!model_.has_agent(x.agent->id))
    add(Event::AGENT_ADDED).agent = x.agent->id;
}

void operator_news::on(const delta::agent_removed& x) {
  if (model_.has_agent(x.agent))
    add(Event::AGENT_REMOVED)
        .event.mutable_agent_removed()
        ->mutable_agent_id()
        ->set_value(x.agent.value());
}

void operator_news::on(const delta::framework_changed& x) {
  const bool known = model_.find_framework(x.framework->id) != nullptr;
  add(known ? Event::FRAMEWORK_UPDATED : Event::FRAMEWORK_ADDED).framework = x.framework->id;
}

void operator_news::on(const delta::framework_completed& x) {
  if (model_.find_framework(x.framework->id) != nullptr)
    *add(Event::FRAMEWORK_REMOVED).event.mutable_framework_removed()->mutable_framework_info() =
        v1_framework_info(*x.framework);
}

void operator_news::on(const delta::task_changed& x) {
  if (known(*x.task) != nullptr)
    changed(x.task);
  else
    x.task->unpack_into(*add(Event::TASK_ADDED).event.mutable_task_added()->mutable_task());
}

const packed_task* operator_news::known(const packed_task& task) const {
  return model_.find_task(framework_id{std::string(task.framework())},
                          task_id{std::string(task.task())});
}

void operator_news::changed(const packed_task_ptr& task) {
  const auto* before = known(*task);
  if (before == nullptr)
    return;
  const auto now = task->unpack_progress();
  if (!tells_something_new(before->unpack_progress(), now))
    return;
  auto& update = *add(Event::TASK_UPDATED).event.mutable_task_updated();
  update.mutable_framework_id()->set_value(std::string(task->framework()));
  *update.mutable_status() = now.statuses(now.statuses_size() - 1);
  update.set_state(now.state());
}

std::vector<Event> operator_news::events() {
  std::vector<Event> result;
  for (auto& [event, agent, framework] : entries_) {
    if (event.type() == Event::AGENT_ADDED) {
      if (!model_.has_agent(agent))
        continue; // gone again
      *event.mutable_agent_added()->mutable_agent() = model_.v1_whole(agent);
    } else if (!framework.empty()) {
      if (model_.find_framework(framework) == nullptr)
        continue;
      auto whole = model_.v1_whole(framework);
      if (event.type() == Event::FRAMEWORK_ADDED)
        *event.mutable_framework_added()->mutable_framework() = std::move(whole);
      else
        *event.mutable_framework_updated()->mutable_framework() = std::move(whole);
    }
    result.push_back(std::move(event));
  }
  return result;
}

} // namespace troupe::http
