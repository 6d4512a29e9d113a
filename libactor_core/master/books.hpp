/// The master's books: what it knows of frameworks, agents, tasks, offers. Plain data; the rules
/// are in `frameworks.cpp`, `agents.cpp`, … which change it through a `turn`.
///
/// All containers are ordered by id, so that whatever is done "for each" is done in the same order
/// in every run.
#pragma once

#include "master/config.hpp"
#include "master/conversion_request.hpp"
#include "master/counters.hpp"
#include "master/deadlines.hpp"
#include "master/effects.hpp"
#include "master/framework_counts.hpp"
#include "master/history.hpp"
#include "master/id_map.hpp"
#include "master/traits.hpp"
#include "protocol/metrics.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>

namespace troupe::master {

class machine_index;
struct agent_report;

using inverse_answer_ptr = shared<mesos::v1::allocator::InverseOfferStatus>;

/// A task that is active, or terminal and not yet acknowledged.
struct task_entry {
  packed_task_ptr view;
  agent_id agent;
  resources used;                      ///< with allocation role
  std::optional<executor_id> executor; ///< nothing for a command task
  bool holds_resources = true;         ///< until the first terminal state
};

struct executor_entry {
  executor_info_ptr info;
  resources used; ///< with allocation role
};

/// One framework: subscribed, disconnected, or recovered from what agents told.
struct framework_entry {
  framework_id id;
  framework_info_ptr info;
  framework_traits traits;
  std::string metrics; ///< prefix of its own metrics
  framework_counts counts;
  std::set<std::string> suppressed;
  endpoint_id endpoint = 0; ///< 0 while disconnected
  std::string stream_id;
  bool recovered = false; ///< known from agents only; has not subscribed with this master
  wall_time registered{};
  std::optional<wall_time> reregistered;
  std::set<offer_id> offers;
  std::map<agent_id, offer_id> inverse_offers; ///< at most one an agent
  id_map<task_id, task_entry> tasks;
  std::map<agent_id, std::map<executor_id, executor_entry>> executors;
  history<task_id, packed_task_ptr> unreachable_tasks;
  history<task_id, packed_task_ptr> completed_tasks;
  std::map<int, std::int64_t> task_states; ///< how many of `tasks` per TaskState

  bool connected() const { return endpoint != 0; }
};

/// One registered agent; without a link it is disconnected.
struct agent_entry {
  agent_id id;
  agent_info_ptr info;
  std::string pid;
  agent_address address;
  std::string version;
  std::vector<std::string> capabilities;
  agent_traits options;
  resources total;
  quantities used;           ///< by tasks that are not terminal and by executors, not revocable
  quantities used_revocable; ///< the same, revocable
  std::map<std::string, quantities> used_by_role; ///< `used` by allocation role
  link_id link = 0;                               ///< 0 while disconnected
  wall_time registered{};
  std::optional<wall_time> reregistered;
  std::set<offer_id> offers;
  std::map<framework_id, offer_id> inverse_offers;
  std::map<framework_id, inverse_answer_ptr> answers; ///< to inverse offers of the present plan
  std::map<framework_id, std::set<task_id>> tasks;
  std::set<framework_id> executor_frameworks;                    ///< frameworks with executors here
  std::map<framework_id, std::map<task_id, to_agent_ptr>> kills; ///< asked for, not yet terminal
  std::set<request_id> conversions; ///< under way; while there are some it does not come back
  unsigned missed_pings = 0;
  bool heard = true; ///< since the last ping

  bool connected() const { return link != 0; }
  /// Counts what starts and what ends here.
  void take_into_use(const resources& items);
  void put_out_of_use(const resources& items);
};

struct offer_entry {
  offer_ptr view;
  framework_id framework;
  agent_id agent;
  std::string role;
  resources offered; ///< with allocation role
};

/// A framework is asked to leave an agent that will be away.
struct inverse_offer_entry {
  inverse_offer_ptr view;
  framework_id framework;
  agent_id agent;
};

/// What is left of a framework that has gone, for readers.
struct completed_framework {
  shared<framework_view> view;
  history<task_id, packed_task_ptr> unreachable_tasks;
  history<task_id, packed_task_ptr> completed_tasks;
};

/// An authenticated peer; bound to an agent once it has registered.
struct link_entry {
  std::string peer;
  std::string principal;
  agent_id agent;        ///< registered over this link
  agent_id candidate;    ///< its registration is being stored
  to_master_ptr waiting; ///< came before the registry was loaded
};

/// Why an agent leaves the books.
enum class loss_cause {
  unhealthy,    ///< no answer to pings, or not back in time: it becomes unreachable
  unregistered, ///< it said good-bye
  replaced,     ///< another agent has registered at its address
  machine_down, ///< an operator has taken its machine down
  gone,         ///< an operator says that it will never come back
};

/// Changes of the registry on their way to the store, and what follows.
struct admission {
  agent_id agent;
  link_id link = 0;
  to_master_ptr record;
  std::string pid;
};
struct homecoming {
  agent_id agent;
  link_id link = 0;
  to_master_ptr record;
  std::string pid;
  /// What it says, read while nothing was known of it; null: not read, or it was known.
  std::shared_ptr<const agent_report> report;
};
struct loss {
  agent_id agent;
  loss_cause cause;
  std::string reason;
  wall_time since{};
  request_id request = 0; ///< answered when it is done; 0: nobody waits
};
using pending_change = std::variant<admission, homecoming, loss>;

/// A change of quotas, weights or maintenance on its way to the store, and who waits for it.
struct settings_change {
  registry_operation operation;
  request_id request = 0;
};

struct books {
  bool leading = false; ///< the registry is loaded
  wall_time started{};
  std::optional<wall_time> elected;

  id_map<framework_id, framework_entry> frameworks;
  history<framework_id, completed_framework> completed_frameworks;
  std::map<endpoint_id, framework_id> endpoints;

  id_map<agent_id, agent_entry> agents;
  std::map<std::string, agent_id> agents_by_pid;
  std::map<agent_id, agent_info_ptr> recovered_agents;
  history<agent_id, wall_time> unreachable_agents; ///< since when
  std::map<agent_id, std::int64_t> gone_agents;    ///< since when, nanoseconds since the epoch
  std::size_t agents_in_registry = 0;              ///< when this master began to lead

  std::map<link_id, link_entry> links;
  std::map<store_id, pending_change> pending;
  std::map<std::string, store_id> admissions_by_pid; ///< those in `pending`
  /// Agents with a change in `pending`; a re-registration that comes meanwhile waits here.
  std::map<agent_id, std::optional<homecoming>> busy_agents;

  std::map<request_id, pending_conversion> conversions;
  role_quotas quotas;                              ///< in force
  role_quotas quotas_to_come;                      ///< when all of `settings` are stored
  role_weights weights;                            ///< in force
  role_weights weights_to_come;                    ///< when all of `settings` are stored
  shared<stored::Maintenance> maintenance;         ///< in force; null: nothing
  std::shared_ptr<const machine_index> machines;   ///< what it means for agents
  shared<stored::Maintenance> maintenance_to_come; ///< when all of `settings` are stored
  std::map<store_id, settings_change> settings;

  id_map<offer_id, offer_entry> offers;
  std::map<offer_id, inverse_offer_entry> inverse_offers;
  deadlines timers;
  metric_batch metrics;
  counter_sums counters;                   ///< not in `metrics` yet
  std::map<int, std::int64_t> task_states; ///< how many tasks of `frameworks` per TaskState

  std::uint64_t next_framework = 0;
  std::uint64_t next_agent = 0;
  std::uint64_t next_offer = 0; ///< of inverse offers, too
  store_id next_store = 1;

  framework_entry* find(const framework_id& id);
  agent_entry* find(const agent_id& id);
};

} // namespace troupe::master
