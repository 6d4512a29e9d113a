#include "agent/status_updates.hpp"

#include "wire/task_state.hpp"

#include <algorithm>

namespace troupe::agent {

update_streams::addition update_streams::check(const task_key& task,
                                               const mesos::v1::TaskStatus& status) const {
  const auto found = streams_.find(task);
  if (found == streams_.end())
    return addition::accepted;
  const auto& s = found->second;
  const auto same = [&](const task_status_ptr& x) { return x->uuid() == status.uuid(); };
  if (std::any_of(s.pending.begin(), s.pending.end(), same))
    return addition::pending;
  if (std::find(s.acknowledged.begin(), s.acknowledged.end(), status.uuid()) !=
      s.acknowledged.end())
    return addition::acknowledged;
  return s.terminal ? addition::closed : addition::accepted;
}

update_streams::addition update_streams::add(const task_key& task, task_status_ptr status,
                                             steady_time now,
                                             std::optional<outgoing_update>* head) {
  const auto result = check(task, *status);
  if (result != addition::accepted)
    return result;
  auto& s = streams_[task];
  s.terminal = wire::is_terminal(status->state());
  s.pending.push_back(std::move(status));
  if (s.pending.size() == 1 && !paused_) {
    s.delay = {};
    *head = send(task, s, now);
  }
  return result;
}

update_streams::acknowledgement
update_streams::acknowledge(const task_key& task, const std::string& uuid, steady_time now) {
  acknowledgement result;
  const auto found = streams_.find(task);
  if (found == streams_.end())
    return result;
  auto& s = found->second;
  if (s.pending.empty() || s.pending.front()->uuid() != uuid)
    return result;
  result.status = std::move(s.pending.front());
  s.pending.pop_front();
  remember(s, uuid);
  set_retry(task, s, std::nullopt);
  s.delay = {};
  if (s.pending.empty() && s.terminal) {
    streams_.erase(found);
    result.closed = true;
  } else if (!s.pending.empty() && !paused_) {
    result.next = send(task, s, now);
  }
  return result;
}

void update_streams::pause() {
  paused_ = true;
  retries_.clear();
  for (auto& [task, s] : streams_)
    s.retry.reset();
}

std::vector<outgoing_update> update_streams::resume(steady_time now) {
  paused_ = false;
  std::vector<outgoing_update> out;
  for (auto& [task, s] : streams_) {
    if (s.pending.empty())
      continue;
    s.delay = {};
    out.push_back(send(task, s, now));
  }
  return out;
}

std::vector<outgoing_update> update_streams::due(steady_time now) {
  std::vector<outgoing_update> out;
  while (!retries_.empty() && retries_.begin()->first <= now) {
    const auto task = retries_.begin()->second;
    out.push_back(send(task, streams_.at(task), now));
  }
  return out;
}

std::optional<steady_time> update_streams::next_due() const {
  if (retries_.empty())
    return std::nullopt;
  return retries_.begin()->first;
}

void update_streams::drop(const task_key& task) {
  const auto found = streams_.find(task);
  if (found == streams_.end())
    return;
  set_retry(task, found->second, std::nullopt);
  streams_.erase(found);
}

void update_streams::drop(const framework_id& framework) {
  auto i = streams_.lower_bound(task_key{framework, task_id{}});
  while (i != streams_.end() && i->first.framework == framework) {
    set_retry(i->first, i->second, std::nullopt);
    i = streams_.erase(i);
  }
}

std::size_t update_streams::pending(const task_key& task) const {
  const auto found = streams_.find(task);
  return found == streams_.end() ? 0 : found->second.pending.size();
}

task_status_ptr update_streams::head(const task_key& task) const {
  const auto found = streams_.find(task);
  if (found == streams_.end() || found->second.pending.empty())
    return nullptr;
  return found->second.pending.front();
}

void update_streams::restore(const task_key& task, const std::vector<task_status_ptr>& updates,
                             std::size_t acknowledged) {
  if (updates.empty())
    return;
  stream s;
  for (std::size_t i = 0; i < updates.size(); ++i) {
    s.terminal = wire::is_terminal(updates[i]->state());
    if (i < acknowledged)
      remember(s, updates[i]->uuid());
    else
      s.pending.push_back(updates[i]);
  }
  if (!s.pending.empty() || !s.terminal)
    streams_[task] = std::move(s);
}

outgoing_update update_streams::send(const task_key& task, stream& s, steady_time now) {
  s.delay = s.delay.count() == 0 ? first_retry : std::min(s.delay * 2, last_retry);
  set_retry(task, s, now + s.delay);
  return {task, s.pending.front()};
}

void update_streams::set_retry(const task_key& task, stream& s, std::optional<steady_time> at) {
  if (s.retry)
    retries_.erase({*s.retry, task});
  s.retry = at;
  if (at)
    retries_.insert({*at, task});
}

void update_streams::remember(stream& s, const std::string& uuid) {
  s.acknowledged.push_back(uuid);
  if (s.acknowledged.size() > remembered)
    s.acknowledged.pop_front();
}

} // namespace troupe::agent
