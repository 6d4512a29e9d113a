/// Which keys become which families. Read by prometheus.cpp only.
#pragma once

#include <string_view>

namespace troupe::http {

enum class metric_kind { any, counter, gauge };

/// `{x}` in a pattern stands for one component of the key, or a part of one, and becomes the label x;
/// `{x...}` may span several components. The first rule that fits counts.
struct prometheus_rule {
  std::string_view pattern;
  std::string_view family; ///< without `troupe_` and, for counters, `_total`
  std::string_view help;
  double scale = 1;
  metric_kind kind = metric_kind::any;
  std::string_view labels = {}; ///< constant ones: `name=value,name=value`
};

constexpr double megabytes = 1024.0 * 1024.0;
constexpr double milliseconds = 1e-3;

inline constexpr prometheus_rule prometheus_rules[] = {
    // A framework's own numbers.
    {"master/frameworks/{framework}/{framework_id}/subscribed", "framework_subscribed",
     "Whether the framework is subscribed."},
    {"master/frameworks/{framework}/{framework_id}/calls", "framework_calls",
     "Calls of the framework."},
    {"master/frameworks/{framework}/{framework_id}/calls/{type}", "framework_calls_by_type",
     "Calls of the framework by their type."},
    {"master/frameworks/{framework}/{framework_id}/events", "framework_events",
     "Events sent to the framework."},
    {"master/frameworks/{framework}/{framework_id}/events/{type}", "framework_events_by_type",
     "Events sent to the framework by their type."},
    {"master/frameworks/{framework}/{framework_id}/operations", "framework_operations",
     "Offer operations of the framework."},
    {"master/frameworks/{framework}/{framework_id}/operations/{type}",
     "framework_operations_by_type", "Offer operations of the framework by their type."},
    {"master/frameworks/{framework}/{framework_id}/offers/{outcome}", "framework_offers",
     "Offers of the framework by what became of them."},
    {"master/frameworks/{framework}/{framework_id}/tasks/active/task_{state}", "framework_tasks",
     "Tasks of the framework that have not ended."},
    {"master/frameworks/{framework}/{framework_id}/tasks/terminal/task_{state}",
     "framework_tasks_ended", "Tasks of the framework that have ended."},
    {"master/frameworks/{framework}/{framework_id}/roles/{role...}/suppressed",
     "framework_role_suppressed", "Whether the framework wants no offers for the role."},
    {"frameworks/{principal}/messages_received", "principal_messages_received",
     "Messages received from frameworks of the principal."},
    {"frameworks/{principal}/messages_processed", "principal_messages_processed",
     "Messages processed of frameworks of the principal."},
    // Master.
    {"master/slaves_{state}", "master_agents", "Agents by state.", 1, metric_kind::gauge},
    {"master/frameworks_{state}", "master_frameworks", "Frameworks by state.", 1,
     metric_kind::gauge},
    {"master/task_{state}/source_{source}/reason_{reason}", "master_task_updates",
     "Status updates that ended a task by source and reason.", 1, metric_kind::counter},
    {"master/messages_{type}", "master_messages", "Messages and calls by type.", 1,
     metric_kind::counter},
    {"master/slave_removals/reason_{reason}", "master_agent_removals_by_reason",
     "Agents removed by reason.", 1, metric_kind::counter},
    {"master/slave_{what}", "master_agent_{what}", "Agents: {what}.", 1, metric_kind::counter},
    {"master/recovery_slave_removals", "master_recovery_agent_removals",
     "Agents that did not come back after a failover of the master."},
    {"master/operations/total", "master_operations", "Operations that change resources."},
    {"master/operations/{type}/total", "master_operations_by_type",
     "Operations that change resources by their type."},
    {"master/operations/{state}", "master_operations_ended", "Operations that have ended by state.",
     1, metric_kind::counter},
    {"master/operations/{state}", "master_operations_open", "Operations under way by state.", 1,
     metric_kind::gauge},
    {"master/operations/{type}/{state}", "master_operations_ended_by_type",
     "Operations that have ended by type and state.", 1, metric_kind::counter},
    {"master/operations/{type}/{state}", "master_operations_open_by_type",
     "Operations under way by type and state.", 1, metric_kind::gauge},
    // Allocator.
    {"allocator/mesos/resources/{resource}/total", "allocator_resources",
     "Resources of the cluster; mem and disk in MB."},
    {"allocator/mesos/resources/{resource}/offered_or_allocated", "allocator_resources_taken",
     "Resources offered or allocated; mem and disk in MB."},
    {"allocator/mesos/quota/roles/{role...}/resources/{resource}/{what}", "allocator_quota",
     "Quota of the role and what it has; mem and disk in MB."},
    {"allocator/mesos/offer_filters/roles/{role...}/active", "allocator_offer_filters",
     "Offer filters in force."},
    {"allocator/mesos/roles/{role...}/shares/dominant", "allocator_dominant_share",
     "Dominant share of the role."},
    // Agent.
    {"slave/executors_{state}", "agent_executors", "Executors on the agent by state.", 1,
     metric_kind::gauge},
    // The machine.
    {"system/load_{minutes}min", "system_load", "Load average over so many minutes.", 1,
     metric_kind::gauge},
};

/// The same for master and agent. Patterns begin behind the daemon's word in keys (`master/`, `slave/`),
/// families behind its word in names (`master_`, `agent_`).
inline constexpr prometheus_rule daemon_rules[] = {
    {"{resource}_revocable_total", "{resource}_capacity", "", 1, metric_kind::gauge,
     "revocable=true"},
    {"{resource}_revocable_used", "{resource}_used", "", 1, metric_kind::gauge, "revocable=true"},
    {"{resource}_revocable_percent", "{resource}_used_ratio", "", 1, metric_kind::gauge,
     "revocable=true"},
    {"{resource}_total", "{resource}_capacity", "", 1, metric_kind::gauge, "revocable=false"},
    {"{resource}_used", "{resource}_used", "", 1, metric_kind::gauge, "revocable=false"},
    {"{resource}_percent", "{resource}_used_ratio", "", 1, metric_kind::gauge, "revocable=false"},
    {"tasks_{state}", "tasks", "Tasks that have not ended by state.", 1, metric_kind::gauge},
    {"tasks_{state}", "tasks_ended", "Tasks that have ended by state.", 1, metric_kind::counter},
    {"valid_{type}", "checked_messages", "Messages by the outcome of their checks.", 1,
     metric_kind::counter, "outcome=valid"},
    {"invalid_{type}", "checked_messages", "Messages by the outcome of their checks.", 1,
     metric_kind::counter, "outcome=invalid"},
};

} // namespace troupe::http
