/// How executors, tasks, endpoints and requests are named inside the agent.
#pragma once

#include "model/ids.hpp"

#include <compare>
#include <cstdint>

namespace troupe::agent {

/// Executor ids are unique per framework only.
struct executor_key {
  framework_id framework;
  executor_id executor;

  friend auto operator<=>(const executor_key&, const executor_key&) = default;
  friend bool operator==(const executor_key&, const executor_key&) = default;
};

/// Task ids are unique per framework only.
struct task_key {
  framework_id framework;
  task_id task;

  friend auto operator<=>(const task_key&, const task_key&) = default;
  friend bool operator==(const task_key&, const task_key&) = default;
};

/// Numbers the subscriptions of executors; never reused, so that the end of an old one is told from
/// the end of the present one.
using endpoint_id = std::uint64_t;

/// Numbers the calls that wait for an answer.
using request_id = std::uint64_t;

} // namespace troupe::agent
