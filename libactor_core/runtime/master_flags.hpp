/// The master's flags and what they mean to it.
#pragma once

#include "runtime/flags.hpp"
#include "runtime/logging.hpp"

namespace troupe {

/// Every flag of the master, those of Mesos 1.7 and Troupe's own (link_…, state_replicas).
const flag_table& master_flag_table();

/// How roles, or frameworks of a role, take turns.
enum class sorter_policy { drf, random };

/// The master's configuration, checked. Texts whose syntax belongs to another part stay texts.
struct master_options {
  logging_config logging;

  std::optional<std::string> hostname; ///< absent: look it up from `ip`, if `hostname_lookup`
  bool hostname_lookup = true;
  std::optional<std::string> ip; ///< absent: listen on all, advertise the machine's address
  std::uint16_t port = 5050;
  std::optional<std::string> advertise_ip;
  std::optional<std::uint16_t> advertise_port;
  std::optional<std::string> cluster;
  std::optional<std::string> domain; ///< JSON DomainInfo
  std::string webui_dir;
  std::optional<std::string> external_log_file;

  std::uint16_t link_port = 5060;         ///< where agents connect; 0 lets the machine choose
  std::optional<std::string> link_secret; ///< file with the secret shared with agents
  bool link_open = false;                 ///< listen beyond loopback without a secret
  std::size_t state_replicas = 2;
  std::size_t max_operator_event_stream_subscribers = 0;

  std::optional<std::string> work_dir;
  bool registry_in_memory = false;
  std::chrono::nanoseconds registry_fetch_timeout{};
  std::chrono::nanoseconds registry_store_timeout{};
  std::chrono::nanoseconds registry_gc_interval{};
  std::chrono::nanoseconds registry_max_agent_age{};
  std::size_t registry_max_agent_count = 0;

  std::chrono::nanoseconds agent_reregister_timeout{};
  double recovery_agent_removal_limit = 1; ///< fraction of all agents, 0 to 1
  bool require_agent_domain = false;
  std::chrono::nanoseconds agent_ping_timeout{};
  std::size_t max_agent_ping_timeouts = 0;

  std::chrono::nanoseconds allocation_interval{};
  std::optional<std::chrono::nanoseconds> offer_timeout;
  std::string min_allocatable_resources; ///< sets of quantities, `|` between, `;` inside
  std::vector<std::string> fair_sharing_excluded_resource_names;
  sorter_policy role_sorter = sorter_policy::drf;
  sorter_policy framework_sorter = sorter_policy::drf;
  std::vector<std::string> roles;        ///< allowed roles; empty: all
  std::map<std::string, double> weights; ///< as long as the registry has none
  std::optional<std::string> whitelist;  ///< file of host names; absent: all agents are offered
  bool filter_gpu_resources = true;
  bool root_submissions = true;

  std::size_t max_completed_frameworks = 0;
  std::size_t max_completed_tasks_per_framework = 0;
  std::size_t max_unreachable_tasks_per_framework = 0;

  /// What `/flags` and `/state` show.
  std::map<std::string, std::string> shown;
};

/// What a daemon's command line and environment come to.
template <class Options>
struct start_request {
  Options options; ///< only without errors, help or version
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  /// Text of `--help` or `--version`: print it and exit 0.
  std::optional<std::string> print;
};

/// Parses and checks everything, rules between flags included. Nothing is started or written.
start_request<master_options> read_master_flags(const flag_sources& sources);

} // namespace troupe
