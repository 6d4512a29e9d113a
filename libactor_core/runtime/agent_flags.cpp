#include "runtime/agent_flags.hpp"

#include "runtime/common_flags.hpp"

#include <unistd.h>

#include <filesystem>

namespace troupe {

namespace {

std::vector<std::string> check_between(const flag_values& values) {
  std::vector<std::string> errors;
  if (!values.has("master"))
    errors.push_back("--master is required");
  if (!values.has("work_dir"))
    errors.push_back("--work_dir is required");
  if (values.has("perf_duration") && values.has("perf_interval") &&
      values.duration("perf_duration") > values.duration("perf_interval"))
    errors.push_back("--perf_duration must not be longer than --perf_interval");
  auto isolation = values.list("isolation");
  std::sort(isolation.begin(), isolation.end());
  auto twice = std::adjacent_find(isolation.begin(), isolation.end());
  if (twice != isolation.end())
    errors.push_back("--isolation names '" + *twice + "' twice");
  if (auto master = values.find("master"); master && master->starts_with("zk://"))
    errors.push_back("--master=zk://... is not supported yet: give the master's host:port");
  return errors;
}

std::string default_runtime_dir() {
  constexpr auto usual = "/var/run/mesos";
  if (access(usual, W_OK) == 0 || (access(usual, F_OK) != 0 && access("/var/run", W_OK) == 0))
    return usual;
  return (std::filesystem::temp_directory_path() / "mesos" / "runtime").string();
}

/// Helpers are installed beside the agent, or in the libexec folder of the same prefix.
std::string default_launcher_dir() {
  std::error_code failed;
  auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed)
    return "/usr/libexec/troupe";
  auto libexec = program.parent_path().parent_path() / "libexec" / "troupe";
  return (std::filesystem::is_directory(libexec, failed) ? libexec : program.parent_path())
      .string();
}

void read_connection(const flag_values& values, agent_options& options) {
  options.hostname = values.find("hostname");
  options.hostname_lookup = values.boolean("hostname_lookup");
  options.ip = values.find("ip");
  options.port = find_port(values, "port").value();
  options.advertise_ip = values.find("advertise_ip");
  options.advertise_port = find_port(values, "advertise_port");
  options.domain = values.find("domain");
  options.external_log_file = values.find("external_log_file");
  options.master = values.text("master");
  options.link_address = values.find("link_address");
  options.link_secret = values.find("link_secret");
  options.registration_backoff_factor = values.duration("registration_backoff_factor");
}

void read_containers(const flag_values& values, agent_options& options) {
  options.work_dir = values.text("work_dir");
  options.runtime_dir = values.find("runtime_dir").value_or(default_runtime_dir());
  options.launcher_dir = values.find("launcher_dir").value_or(default_launcher_dir());
  options.launcher = values.text("launcher");
  options.isolation = values.list("isolation");
  options.containerizers = values.list("containerizers");
  options.resources = values.find("resources");
  options.attributes = values.find("attributes");
  options.default_role = values.text("default_role");
  options.switch_user = values.boolean("switch_user");
  options.frameworks_home = values.text("frameworks_home");
  options.sandbox_directory = values.text("sandbox_directory");
  options.executor_environment_variables = values.find("executor_environment_variables");
  options.default_container_info = values.find("default_container_info");
  options.fetcher_cache_size = values.bytes("fetcher_cache_size").count;
  options.fetcher_cache_dir = values.text("fetcher_cache_dir");
  options.fetcher_stall_timeout = values.duration("fetcher_stall_timeout");
  options.cgroups_destroy_timeout = values.duration("cgroups_destroy_timeout");
  options.cgroups_hierarchy = values.text("cgroups_hierarchy");
  options.cgroups_root = values.text("cgroups_root");
  options.cgroups_enable_cfs = values.boolean("cgroups_enable_cfs");
  options.cgroups_limit_swap = values.boolean("cgroups_limit_swap");
  options.http_heartbeat_interval = values.duration("http_heartbeat_interval");
}

void read_life_cycle(const flag_values& values, agent_options& options) {
  options.executor_registration_timeout = values.duration("executor_registration_timeout");
  options.executor_reregistration_timeout = values.duration("executor_reregistration_timeout");
  options.executor_shutdown_grace_period = values.duration("executor_shutdown_grace_period");
  options.recovery_timeout = values.duration("recovery_timeout");
  options.recover =
      values.text("recover") == "cleanup" ? recover_mode::cleanup : recover_mode::reconnect;
  options.reconfiguration = values.text("reconfiguration_policy") == "additive"
                                ? reconfiguration_policy::additive
                                : reconfiguration_policy::equal;
  options.strict = values.boolean("strict");
  options.gc_delay = values.duration("gc_delay");
  options.gc_disk_headroom = values.real("gc_disk_headroom");
  options.gc_non_executor_container_sandboxes =
      values.boolean("gc_non_executor_container_sandboxes");
  options.disk_watch_interval = values.duration("disk_watch_interval");
  options.max_completed_executors_per_framework =
      static_cast<std::size_t>(values.integer("max_completed_executors_per_framework"));
}

agent_options convert(const flag_values& values) {
  agent_options options;
  options.logging = read_logging(values, "mesos-agent");
  read_connection(values, options);
  read_containers(values, options);
  read_life_cycle(values, options);
  return options;
}

} // namespace

start_request<agent_options> read_agent_flags(const flag_sources& sources) {
  return read_flags<agent_options>(agent_flag_table(), sources, check_between, convert);
}

} // namespace troupe
