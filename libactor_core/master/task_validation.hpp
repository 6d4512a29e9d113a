/// Whether a task, or a group of tasks, can be launched with what an ACCEPT has left. What can is completed to what is
/// then sent: resources in the newest format with their allocation role, defaults filled in.
#pragma once

#include "master/books.hpp"
#include "model/outcome.hpp"

#include <mesos/v1/mesos.pb.h>

#include <optional>
#include <string>
#include <vector>

namespace troupe::master {

/// Who launches what where.
struct launch_place {
  const framework_entry& framework;
  const agent_entry& agent;
  const std::string& role; ///< of the offers
};

/// An executor that a launch needs.
struct executor_need {
  mesos::v1::ExecutorInfo info;
  resources used;
  bool is_new = false; ///< not on the agent yet: its share has to be paid
};

struct launchable_task {
  resources used;
  std::optional<executor_need> executor; ///< nothing for a command task

  /// What the launch takes out of the offers.
  resources cost() const;
};

struct launchable_group {
  executor_need executor;
  std::vector<resources> used; ///< by each task

  resources cost() const;
};

/// Completes `task`. A failure's reason is the message of TASK_ERROR; then the task may be half complete.
outcome<launchable_task> check_launch(const launch_place& place, mesos::v1::TaskInfo& task,
                                      const resources& available);
/// The same for a group.
outcome<launchable_group> check_launch_group(const launch_place& place,
                                             const mesos::v1::ExecutorInfo& executor,
                                             mesos::v1::TaskGroupInfo& group,
                                             const resources& available);

} // namespace troupe::master
