#include "agent/agent_core.hpp"

#include "runtime/logging.hpp"

#include <algorithm>

namespace troupe::agent {

agent_core::agent_core(agent_config config)
    : config_(std::move(config))
    , random_(config_.seed)
    , registration_(config_.registration_backoff, random_)
    , gc_(config_.gc_delay, config_.gc_disk_headroom)
    , info_(config_.info)
    , total_(config_.total) {}

effects agent_core::link_up(moment now) {
  link_present_ = true;
  if (phase_ == agent_phase::recovered) {
    streams_.pause();
    registration_.link_up(now.steady);
  }
  return take();
}

effects agent_core::link_down(moment) {
  link_present_ = false;
  registration_.link_down();
  streams_.pause();
  master_hostname_.clear();
  view_.reset();
  return take();
}

effects agent_core::tick(moment now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now.steady) {
    const auto key = deadlines_.begin()->second;
    auto& executor = *find_executor(key);
    set_deadline(executor, std::nullopt);
    executor_deadline(executor, now);
  }
  if (reconnect_until_ && *reconnect_until_ <= now.steady)
    reconnected(now);
  switch (registration_.due(now.steady)) {
  case registration::action::send:
    send_registration();
    break;
  case registration::action::end_link:
    streams_.pause();
    emit(effect::end_link{"the master has not pinged for too long"});
    break;
  case registration::action::none:
    break;
  }
  for (const auto& update : streams_.due(now.steady))
    forward(update);
  if (next_disk_look_ && *next_disk_look_ <= now.steady) {
    next_disk_look_ = now.steady + config_.disk_watch_interval;
    emit(effect::look_at_disk{});
  }
  for (auto& path : gc_.due(now.steady))
    emit(effect::remove_sandbox{std::move(path)});
  return take();
}

std::optional<steady_time> agent_core::next_deadline() const {
  std::optional<steady_time> first;
  const auto consider = [&](const std::optional<steady_time>& time) {
    if (time && (!first || *time < *first))
      first = time;
  };
  if (!deadlines_.empty())
    consider(deadlines_.begin()->first);
  consider(reconnect_until_);
  consider(registration_.next_due());
  consider(streams_.next_due());
  consider(gc_.next_due());
  consider(next_disk_look_);
  return first;
}

effects agent_core::sandboxes_found(const std::vector<found_sandbox>& found, moment now) {
  std::set<std::string> used;
  for (const auto& [id, framework] : frameworks_)
    for (const auto& [executor_id, executor] : framework.executors)
      used.insert(executor.spec->directory);
  for (const auto& sandbox : found)
    if (!used.contains(sandbox.path))
      gc_.schedule(sandbox.path,
                   now.steady - std::max(now.wall - sandbox.changed, std::chrono::nanoseconds{0}));
  return tick(now);
}

effects agent_core::disk_usage(double used, moment now) {
  gc_.disk_usage(used);
  return tick(now);
}

effects agent_core::leave_cluster(moment now) {
  log_info("leaving the cluster", {{"agent", id_}});
  begin_shutdown(true, now);
  return take();
}

framework_entry* agent_core::find_framework(const framework_id& id) {
  const auto found = frameworks_.find(id);
  return found == frameworks_.end() ? nullptr : &found->second;
}

executor_entry* agent_core::find_executor(const executor_key& key) {
  auto* framework = find_framework(key.framework);
  if (!framework)
    return nullptr;
  const auto found = framework->executors.find(key.executor);
  return found == framework->executors.end() ? nullptr : &found->second;
}

executor_entry* agent_core::executor_of(framework_entry& framework, const task_id& task) {
  const auto found = framework.task_index.find(task);
  if (found == framework.task_index.end())
    return nullptr;
  return &framework.executors.at(found->second);
}

bool agent_core::checkpoints(const framework_entry& framework) const {
  return framework.info->checkpoint();
}

void agent_core::write(const std::string& path, std::string bytes) {
  emit(effect::write_file{path, std::move(bytes)});
}

void agent_core::append(const std::string& path, std::string bytes) {
  emit(effect::append_file{path, std::move(bytes)});
}

void agent_core::remove(const std::string& path) {
  emit(effect::remove_file{path});
}

std::string agent_core::task_dir(const executor_entry& executor, const task_id& task) const {
  return meta::run_dir(id_, executor.key, executor.container()) + "/tasks/" + task.value();
}

} // namespace troupe::agent
