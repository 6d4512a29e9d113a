#include "runtime/master_flags.hpp"

#include "runtime/common_flags.hpp"

#include <thread>

namespace troupe {

namespace {

std::vector<std::string> check_between(const flag_values& values) {
  std::vector<std::string> errors;
  if (values.find("registry") == "replicated_log" && !values.has("work_dir"))
    errors.push_back("--work_dir is required with --registry=replicated_log");
  if (values.has("link_port") && values.find("link_port") != "0" &&
      values.find("link_port") == values.find("port"))
    errors.push_back("--link_port and --port must differ");
  if (values.has("link_secret") && values.given("link_open") && values.boolean("link_open"))
    errors.push_back("--link_open is only for a link without --link_secret");
  if (!values.has("link_port") && values.has("port") && values.integer("port") > 65525)
    errors.push_back("--link_port is required with a --port above 65525");
  return errors;
}

std::map<std::string, double> read_weights(const flag_values& values) {
  std::map<std::string, double> weights;
  for (const auto& part : values.list("weights")) {
    auto equals = part.find('=');
    weights.emplace(part.substr(0, equals), std::stod(part.substr(equals + 1)));
  }
  return weights;
}

/// The file; `*` instead of one means all agents, like no whitelist.
std::optional<std::string> read_whitelist(const flag_values& values) {
  auto path = values.find("whitelist");
  if (!path || *path == "*")
    return std::nullopt;
  return path->starts_with("file://") ? path->substr(7) : *path;
}

std::size_t count(const flag_values& values, std::string_view name) {
  return static_cast<std::size_t>(values.integer(name));
}

sorter_policy read_sorter(const flag_values& values, std::string_view name) {
  return values.text(name) == "random" ? sorter_policy::random : sorter_policy::drf;
}

void read_network(const flag_values& values, master_options& options) {
  options.hostname = values.find("hostname");
  options.hostname_lookup = values.boolean("hostname_lookup");
  options.ip = values.find("ip");
  options.port = find_port(values, "port").value();
  options.advertise_ip = values.find("advertise_ip");
  options.advertise_port = find_port(values, "advertise_port");
  options.cluster = values.find("cluster");
  options.domain = values.find("domain");
  options.webui_dir = values.text("webui_dir");
  options.external_log_file = values.find("external_log_file");
  // A port chosen by the machine gives a link port chosen by the machine.
  auto beside =
      options.port == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(options.port + 10);
  options.link_port = find_port(values, "link_port").value_or(beside);
  options.link_secret = values.find("link_secret");
  options.link_open = values.boolean("link_open");
  auto cores = std::max<std::size_t>(2, std::thread::hardware_concurrency());
  options.state_replicas = values.has("state_replicas") ? count(values, "state_replicas") : cores;
}

void read_registry(const flag_values& values, master_options& options) {
  options.work_dir = values.find("work_dir");
  options.registry_in_memory = values.text("registry") == "in_memory";
  options.registry_fetch_timeout = values.duration("registry_fetch_timeout");
  options.registry_store_timeout = values.duration("registry_store_timeout");
  options.registry_gc_interval = values.duration("registry_gc_interval");
  options.registry_max_agent_age = values.duration("registry_max_agent_age");
  options.registry_max_agent_count = count(values, "registry_max_agent_count");
}

void read_scheduling(const flag_values& values, master_options& options) {
  options.agent_reregister_timeout = values.duration("agent_reregister_timeout");
  options.recovery_agent_removal_limit =
      std::stod(values.text("recovery_agent_removal_limit")) / 100;
  options.require_agent_domain = values.boolean("require_agent_domain");
  options.agent_ping_timeout = values.duration("agent_ping_timeout");
  options.max_agent_ping_timeouts = count(values, "max_agent_ping_timeouts");
  options.allocation_interval = values.duration("allocation_interval");
  options.offer_timeout = values.find_duration("offer_timeout");
  options.min_allocatable_resources = values.text("min_allocatable_resources");
  options.fair_sharing_excluded_resource_names =
      values.list("fair_sharing_excluded_resource_names");
  options.role_sorter = read_sorter(values, "role_sorter");
  options.framework_sorter = read_sorter(values, "framework_sorter");
  options.roles = values.list("roles");
  options.weights = read_weights(values);
  options.whitelist = read_whitelist(values);
  options.filter_gpu_resources = values.boolean("filter_gpu_resources");
  options.root_submissions = values.boolean("root_submissions");
  options.max_operator_event_stream_subscribers =
      count(values, "max_operator_event_stream_subscribers");
  options.max_completed_frameworks = count(values, "max_completed_frameworks");
  options.max_completed_tasks_per_framework = count(values, "max_completed_tasks_per_framework");
  options.max_unreachable_tasks_per_framework =
      count(values, "max_unreachable_tasks_per_framework");
}

master_options convert(const flag_values& values) {
  master_options options;
  options.logging = read_logging(values, "mesos-master");
  read_network(values, options);
  read_registry(values, options);
  read_scheduling(values, options);
  return options;
}

} // namespace

start_request<master_options> read_master_flags(const flag_sources& sources) {
  return read_flags<master_options>(master_flag_table(), sources, check_between, convert);
}

} // namespace troupe
