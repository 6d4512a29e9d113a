/// The agent's flags and what they mean to it.
#pragma once

#include "runtime/master_flags.hpp"

namespace troupe {

/// Every flag of the agent, those of Mesos 1.7 and Troupe's own (link_…).
const flag_table& agent_flag_table();

enum class recover_mode { reconnect, cleanup };
enum class reconfiguration_policy { equal, additive };

/// The agent's configuration, checked. Texts whose syntax belongs to another part stay texts.
struct agent_options {
  logging_config logging;

  std::optional<std::string> hostname; ///< absent: look it up from `ip`, if `hostname_lookup`
  bool hostname_lookup = true;
  std::optional<std::string> ip; ///< absent: listen on all, advertise the machine's address
  std::uint16_t port = 5051;
  std::optional<std::string> advertise_ip;
  std::optional<std::uint16_t> advertise_port;
  std::optional<std::string> domain; ///< JSON DomainInfo
  std::optional<std::string> external_log_file;

  std::string master;                      ///< `host:port` of the master's HTTP, or `zk://…`
  std::optional<std::string> link_address; ///< `host:port` of the master's link; absent: ask it
  std::optional<std::string> link_secret;  ///< file with the secret shared with the master
  std::chrono::nanoseconds registration_backoff_factor{};

  std::string work_dir;
  std::string runtime_dir;
  std::string launcher_dir;
  std::string launcher; ///< `posix` or `linux`
  std::vector<std::string> isolation;
  std::vector<std::string> containerizers;
  std::optional<std::string> resources; ///< text list or JSON; what it lacks is detected
  std::optional<std::string> attributes;
  std::string default_role;
  bool switch_user = true;
  std::string frameworks_home;
  std::string sandbox_directory;
  std::optional<std::string> executor_environment_variables; ///< JSON object of texts
  std::optional<std::string> default_container_info;         ///< JSON ContainerInfo

  std::uint64_t fetcher_cache_size = 0; ///< bytes
  std::string fetcher_cache_dir;
  std::chrono::nanoseconds fetcher_stall_timeout{};

  std::chrono::nanoseconds executor_registration_timeout{};
  std::chrono::nanoseconds executor_reregistration_timeout{};
  std::chrono::nanoseconds executor_shutdown_grace_period{};
  std::chrono::nanoseconds recovery_timeout{};
  recover_mode recover = recover_mode::reconnect;
  reconfiguration_policy reconfiguration = reconfiguration_policy::equal;
  bool strict = true;

  std::chrono::nanoseconds gc_delay{};
  double gc_disk_headroom = 0.1;
  bool gc_non_executor_container_sandboxes = false;
  std::chrono::nanoseconds disk_watch_interval{};
  std::size_t max_completed_executors_per_framework = 0;

  std::chrono::nanoseconds cgroups_destroy_timeout{};
  std::string cgroups_hierarchy;
  std::string cgroups_root;
  bool cgroups_enable_cfs = false;
  bool cgroups_limit_swap = false;
  std::chrono::nanoseconds http_heartbeat_interval{};

  /// What `/flags` and `/state` show.
  std::map<std::string, std::string> shown;
};

/// Parses and checks everything, rules between flags included. Nothing is started or written.
start_request<agent_options> read_agent_flags(const flag_sources& sources);

} // namespace troupe
