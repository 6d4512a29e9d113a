/// The agent's books: frameworks, their executors, their tasks. Plain data; `agent_core` keeps it
/// right.
#pragma once

#include "agent/effects.hpp"
#include "agent/executor_life.hpp"
#include "agent/moment.hpp"
#include "protocol/agent.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>

namespace troupe::agent {

enum class task_phase {
  queued,    ///< waits until the executor subscribes
  delivered, ///< the executor was told
  terminated ///< terminal, not yet acknowledged
};

struct task_entry {
  task_phase phase = task_phase::queued;
  task_ptr task; ///< current state; replaced, never changed
  task_info_ptr info;
  bool kill_requested = false;
  std::size_t logged = 0; ///< acknowledgements in task.updates since it was last written whole
  shared<mesos::v1::executor::Event> undelivered_kill; ///< sent on subscription
};

/// The task after this status: a repeated state replaces the last entry of its history, which is
/// bounded and keeps no `data`.
task_ptr with_status(const mesos::v1::Task& before, const mesos::v1::TaskStatus& status);

/// Tasks that are handed to the executor together.
struct launch_batch {
  std::vector<task_id> tasks;
  bool group = false;
};

/// What the unfinished tasks of an executor become when it ends because the agent decided so.
struct verdict {
  int state = 0; ///< TaskState; a partition-aware one is translated for older frameworks
  int reason = 0;
  std::string message;
};

struct executor_entry {
  executor_key key;
  executor_info_ptr info;
  container_spec_ptr spec; ///< id, sandbox, limits at launch
  bool command = false;    ///< built-in executor of one command task
  executor_phase phase = executor_phase::registering;
  bool recovered = false;         ///< not heard of since the agent was restarted
  bool subscribed_before = false; ///< http.marker is written
  std::optional<endpoint_id> endpoint;
  pid_t pid = 0;
  resources own; ///< without its tasks

  std::map<task_id, task_entry> tasks; ///< not acknowledged as terminal
  std::deque<launch_batch> queue;
  std::deque<task_ptr> completed;

  std::optional<verdict> judged;
  std::optional<steady_time> deadline; ///< registration, re-registration or shutdown
  shared<agent_executor_view> view;    ///< null: changed since it was made

  const container_id& container() const { return spec->id; }
  /// Events can reach it now.
  bool connected() const { return endpoint.has_value() && phase != executor_phase::terminated; }
};

struct framework_entry {
  framework_id id;
  framework_info_ptr info;
  bool terminating = false;
  std::map<executor_id, executor_entry> executors;
  std::map<task_id, executor_id> task_index;
  std::deque<shared<agent_executor_view>> completed;
};

/// What the agent counts since its start.
struct agent_counters {
  std::uint64_t tasks_finished = 0;
  std::uint64_t tasks_failed = 0;
  std::uint64_t tasks_killed = 0;
  std::uint64_t tasks_lost = 0;
  std::uint64_t tasks_gone = 0;
  std::uint64_t executors_terminated = 0;
  std::uint64_t valid_status_updates = 0;
  std::uint64_t invalid_status_updates = 0;
  std::uint64_t valid_framework_messages = 0;
  std::uint64_t invalid_framework_messages = 0;
  std::uint64_t container_launch_errors = 0;
  std::uint64_t recovery_errors = 0;
};

} // namespace troupe::agent
