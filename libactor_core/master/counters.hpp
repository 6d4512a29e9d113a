/// The master's own counters. One is named by its full text at the place that counts, looked up when that is compiled
/// (an unknown name does not compile), so that counting is an addition.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace troupe {
class metric_batch;
}

namespace troupe::master {

inline constexpr std::string_view counter_names[] = {
    "master/dropped_messages",
    "master/invalid_executor_to_framework_messages",
    "master/invalid_framework_to_executor_messages",
    "master/invalid_operation_status_updates",
    "master/invalid_operation_status_update_acknowledgements",
    "master/invalid_status_update_acknowledgements",
    "master/invalid_status_updates",
    "master/messages_authenticate",
    "master/messages_deactivate_framework",
    "master/messages_decline_offers",
    "master/messages_executor_to_framework",
    "master/messages_exited_executor",
    "master/messages_framework_to_executor",
    "master/messages_kill_task",
    "master/messages_launch_tasks",
    "master/messages_operation_status_update",
    "master/messages_operation_status_update_acknowledgement",
    "master/messages_reconcile_operations",
    "master/messages_reconcile_tasks",
    "master/messages_register_framework",
    "master/messages_register_slave",
    "master/messages_reregister_framework",
    "master/messages_reregister_slave",
    "master/messages_resource_request",
    "master/messages_revive_offers",
    "master/messages_status_update",
    "master/messages_status_update_acknowledgement",
    "master/messages_suppress_offers",
    "master/messages_unregister_framework",
    "master/messages_unregister_slave",
    "master/messages_update_slave",
    "master/recovery_slave_removals",
    "master/slave_registrations",
    "master/slave_removals",
    "master/slave_removals/reason_registered",
    "master/slave_removals/reason_unhealthy",
    "master/slave_removals/reason_unregistered",
    "master/slave_reregistrations",
    "master/slave_shutdowns_canceled",
    "master/slave_shutdowns_completed",
    "master/slave_shutdowns_scheduled",
    "master/slave_unreachable_canceled",
    "master/slave_unreachable_completed",
    "master/slave_unreachable_scheduled",
    "master/tasks_dropped",
    "master/tasks_error",
    "master/tasks_failed",
    "master/tasks_finished",
    "master/tasks_gone",
    "master/tasks_gone_by_operator",
    "master/tasks_killed",
    "master/tasks_lost",
    "master/valid_executor_to_framework_messages",
    "master/valid_framework_to_executor_messages",
    "master/valid_operation_status_update_acknowledgements",
    "master/valid_operation_status_updates",
    "master/valid_status_update_acknowledgements",
    "master/valid_status_updates",
};

/// Which of the counters. Made of the name at compile time.
struct counter {
  std::size_t number = 0;

  // NOLINTNEXTLINE(google-explicit-constructor): a name is a counter
  consteval counter(const char* name) {
    while (counter_names[number] != name)
      ++number; // past the end: no constant expression
  }
};

/// What was counted since it was last published.
class counter_sums {
 public:
  void add(counter which, double by) { sums_[which.number] += by; }
  /// Hands the sums over and starts again at 0.
  void publish(metric_batch& to);

 private:
  std::array<double, std::size(counter_names)> sums_{};
};

} // namespace troupe::master
