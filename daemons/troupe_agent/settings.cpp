#include "daemons/troupe_agent/settings.hpp"

#include "cluster/standalone.hpp"
#include "model/resource_text.hpp"
#include "runtime/build_info.hpp"
#include "runtime/machine.hpp"
#include "wire/json.hpp"
#include "wire/resource_convert.hpp"

#include <mesos/v1/mesos.pb.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <random>
#include <set>

namespace troupe {

namespace v1 = mesos::v1;

namespace {

failure wrong(const std::string& flag, const std::string& reason) {
  return failure{"--" + flag + ": " + reason};
}

/// The list form of resources as JSON: `[{"name":…},…]`.
outcome<std::vector<resource>> read_json_resources(const std::string& text) {
  auto list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array())
    return failure{"not a JSON array of resources"};
  std::vector<resource> result;
  for (std::size_t i = 0; i < list.size(); ++i) {
    v1::Resource message;
    const auto where = "[" + std::to_string(i) + "]: ";
    if (auto read = wire::from_json(list[i].dump(), message); !read)
      return failure{where + read.error()};
    auto item = wire::from_proto(message);
    if (!item)
      return failure{where + item.error()};
    result.push_back(std::move(*item));
  }
  return result;
}

outcome<std::vector<resource>> read_resources(const agent_options& options) {
  if (!options.resources)
    return std::vector<resource>{};
  const auto first = options.resources->find_first_not_of(" \t\r\n");
  if (first != std::string::npos && (*options.resources)[first] == '[')
    return read_json_resources(*options.resources);
  return parse_resource_list(*options.resources, options.default_role);
}

outcome<std::map<std::string, std::string>> read_variables(const std::string& text) {
  std::map<std::string, std::string> result;
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object())
    return failure{"not a JSON object of strings"};
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string())
      return failure{"the value of '" + name + "' is not a string"};
    result[name] = value.get<std::string>();
  }
  return result;
}

outcome<shared<v1::AgentInfo>> agent_info(const agent_options& options,
                                          const daemon_address& address, const resources& total) {
  auto info = std::make_shared<v1::AgentInfo>();
  info->set_hostname(address.hostname);
  info->set_port(options.advertise_port.value_or(options.port));
  *info->mutable_resources() = wire::to_proto(total, wire::resource_format::post_refinement);
  if (options.attributes) {
    auto attributes = parse_attributes(*options.attributes);
    if (!attributes)
      return wrong("attributes", attributes.error());
    *info->mutable_attributes() = wire::attributes_to_proto(*attributes);
  }
  if (options.domain)
    if (auto read = wire::from_json(*options.domain, *info->mutable_domain()); !read)
      return wrong("domain", read.error());
  return shared<v1::AgentInfo>(std::move(info));
}

} // namespace

outcome<resources> agent_resources(const agent_options& options) {
  auto given = read_resources(options);
  if (!given)
    return wrong("resources", given.error());
  std::set<std::string> named;
  resources total;
  for (auto& each : *given) {
    named.insert(each.name);
    total.add(std::move(each));
  }
  const auto machine = detect_resources(options.work_dir);
  const auto plain = [&](const std::string& name, double amount) {
    if (named.insert(name).second)
      total.add(make_scalar(name, amount));
  };
  plain("cpus", machine.cpus);
  plain("mem", static_cast<double>(machine.mem));
  plain("disk", static_cast<double>(machine.disk));
  if (named.insert("ports").second)
    total.add(make_ranges("ports", ranges{{machine.first_port, machine.last_port}}));
  return total;
}

outcome<agent::agent_config> agent_settings(const agent_options& options,
                                            const daemon_address& address) {
  agent::agent_config config;
  auto total = agent_resources(options);
  if (!total)
    return failure{total.error()};
  auto info = agent_info(options, address, *total);
  if (!info)
    return failure{info.error()};
  auto boot = boot_id();
  if (!boot)
    return failure{boot.error()};
  config.info = *info;
  config.total = *total;
  config.version = std::string(served_version());
  config.ip = options.advertise_ip.value_or(address.advertised_ip);
  config.work_dir = std::filesystem::absolute(options.work_dir).lexically_normal().string();
  while (config.work_dir.size() > 1 && config.work_dir.back() == '/')
    config.work_dir.pop_back();
  config.boot_id = *boot;
  config.switch_user = options.switch_user;
  if (options.executor_environment_variables) {
    auto variables = read_variables(*options.executor_environment_variables);
    if (!variables)
      return wrong("executor_environment_variables", variables.error());
    config.executor_environment = *variables;
  }
  config.registration_backoff = options.registration_backoff_factor;
  config.executor_registration_timeout = options.executor_registration_timeout;
  config.executor_reregistration_timeout = options.executor_reregistration_timeout;
  config.executor_shutdown_grace = options.executor_shutdown_grace_period;
  config.recovery_timeout = options.recovery_timeout;
  config.recover = options.recover;
  config.reconfiguration = options.reconfiguration;
  config.strict = options.strict;
  config.gc_delay = options.gc_delay;
  config.gc_disk_headroom = options.gc_disk_headroom;
  config.disk_watch_interval = options.disk_watch_interval;
  config.max_completed_executors = options.max_completed_executors_per_framework;
  std::random_device random;
  config.seed = (static_cast<std::uint64_t>(random()) << 32) | random();
  return config;
}

isolators::containerizer_config containerizer_settings(const agent_options& options,
                                                       const agent::agent_config& config) {
  isolators::containerizer_config result;
  result.launcher.work_dir = config.work_dir;
  result.launcher.runtime_dir = std::filesystem::absolute(options.runtime_dir).string();
  result.launcher.init_binary =
      (std::filesystem::absolute(options.launcher_dir) / "troupe-init").string();
  result.isolation = options.isolation;
  result.fetcher.options.frameworks_home = options.frameworks_home;
  result.fetcher.options.download.stall_timeout =
      std::chrono::duration_cast<std::chrono::seconds>(options.fetcher_stall_timeout);
  return result;
}

outcome<link::connector_config> connector_settings(const agent_options& options,
                                                   const std::string& secret) {
  link::connector_config config;
  config.secret.secret = secret;
  config.software = "troupe-agent " + std::string(version());
  const auto& text = options.link_address ? *options.link_address : options.master;
  const std::string flag = options.link_address ? "link_address" : "master";
  auto where = cluster::parse_host_port(text);
  if (!where)
    return wrong(flag, "'" + text + "' is not host:port");
  config.find = options.link_address ? cluster::fixed_address(*where) : cluster::ask_master(text);
  return config;
}

http::server_config server_settings(const agent_options& options, const daemon_address& address) {
  http::server_config config;
  config.address = address.listen_ip;
  config.port = options.port;
  return config;
}

http::agent_routes_config routes_settings(const agent_options& options,
                                          const agent::agent_config& agent,
                                          const verbosity_actor& verbosity) {
  http::agent_routes_config config;
  config.daemon = {"slave(1)", "mesos-agent-readonly", "mesos-agent-readwrite", options.shown,
                   verbosity};
  config.json.flags = options.shown;
  config.json.log_dir = options.logging.log_dir;
  config.json.external_log_file = options.external_log_file;
  for (int each : agent.capabilities)
    config.json.capabilities.push_back(
        v1::AgentInfo::Capability::Type_Name(static_cast<v1::AgentInfo::Capability::Type>(each)));
  return config;
}

} // namespace troupe
