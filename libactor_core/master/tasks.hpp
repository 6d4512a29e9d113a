/// The life of tasks and executors in the books.
///
///   launch ──▶ active ──terminal update──▶ terminal, unacknowledged ──acknowledge──▶ completed
///                │                                                                  ▲
///                ├──agent unreachable──▶ unreachable ──agent comes back──▶ active   │
///                └──agent removed, framework removed────────────────────────────────┘
///
/// A task's resources go back to the allocator when it first becomes terminal, or leaves.
#pragma once

#include "master/statuses.hpp"
#include "master/turn.hpp"

#include <optional>

namespace troupe::link {
class ExecutorExited;
class ExecutorMessage;
class StatusUpdate;
} // namespace troupe::link

namespace troupe::master {

/// Nothing for a command task.
std::optional<executor_id> executor_of(const mesos::v1::Task& task);

/// Enters a task that runs, or is about to run, on the agent.
void add_task(turn& t, framework_entry& framework, agent_entry& agent, packed_task task,
              std::optional<executor_id> executor, resources used);

/// Enters an executor; `used` is its own share.
void add_executor(turn& t, framework_entry& framework, agent_entry& agent,
                  mesos::v1::ExecutorInfo info, resources used);
/// The executor has ended or is given up; its share goes back.
void remove_executor(turn& t, framework_entry& framework, agent_entry& agent,
                     const executor_id& id);

/// A status changes the task: its state (`latest` is the newest known), its history, its resources.
void apply_status(turn& t, framework_entry& framework, const task_id& id, const TaskStatus& status,
                  TaskState latest);

/// The task leaves the active set for the completed ones, whatever its state.
void complete_task(turn& t, framework_entry& framework, const task_id& id);

/// The master ends the task by itself: the framework hears `state`, the task becomes completed.
void end_task(turn& t, framework_entry& framework, const task_id& id, TaskState state,
              TaskStatus::Reason reason, const std::string& message);

/// The task's agent is unreachable since then: the framework hears it, the task waits for the
/// agent.
void strand_task(turn& t, framework_entry& framework, const task_id& id, wall_time since,
                 const std::string& message);

/// All tasks and executors of the framework, as it is removed: killed, without a word to it.
void drop_all_tasks(turn& t, framework_entry& framework);

/// Tells the framework of a status of a task that never came to be (or is no longer known).
void report(turn& t, framework_entry& framework, TaskStatus status);

/// What agents report.
void on_status_update(turn& t, agent_entry& agent, const link::StatusUpdate& update);
void on_executor_exited(turn& t, agent_entry& agent, const link::ExecutorExited& exited);
void on_executor_message(turn& t, agent_entry& agent, const link::ExecutorMessage& message);

} // namespace troupe::master
