#include "daemons/troupe_master/settings.hpp"

#include "cluster/standalone.hpp"
#include "master/whitelist_actor.hpp"
#include "runtime/build_info.hpp"
#include "wire/json.hpp"
#include "wire/uuid.hpp"

#include <arpa/inet.h>

#include <random>

namespace troupe {

namespace v1 = mesos::v1;

namespace {

std::uint16_t advertised_port(const master_options& options) {
  return options.advertise_port.value_or(options.port);
}

/// The older form of an address: IPv4 bytes in network order, read as a little-endian number.
std::uint32_t legacy_ip(const std::string& ip) {
  in_addr address{};
  return inet_pton(AF_INET, ip.c_str(), &address) == 1 ? address.s_addr : 0;
}

std::optional<std::string> own_region(const master_options& options) {
  v1::DomainInfo domain;
  if (!options.domain || !wire::from_json(*options.domain, domain) || !domain.has_fault_domain())
    return std::nullopt;
  return domain.fault_domain().region().name();
}

/// Those of `--roles`, and the one of everybody; nothing: all.
std::optional<std::set<std::string>> allowed_roles(const master_options& options) {
  if (options.roles.empty())
    return std::nullopt;
  std::set<std::string> roles(options.roles.begin(), options.roles.end());
  roles.insert("*");
  return roles;
}

} // namespace

std::vector<std::string> check_settings(const master_options& options) {
  std::vector<std::string> problems;
  v1::DomainInfo domain;
  if (options.domain) {
    if (auto read = wire::from_json(*options.domain, domain); !read)
      problems.push_back("--domain: " + read.error());
    else if (!domain.has_fault_domain())
      problems.push_back("--domain: fault_domain is missing");
  }
  if (auto sets = allocator::parse_minimum_allocatable(options.min_allocatable_resources); !sets)
    problems.push_back("--min_allocatable_resources: " + sets.error());
  for (const auto& role : options.roles)
    if (auto problem = check_role(role))
      problems.push_back("--roles: '" + role + "': " + *problem);
  if (options.whitelist)
    if (auto read = master::read_whitelist(*options.whitelist); !read)
      problems.push_back("--whitelist: " + read.error());
  return problems;
}

shared<v1::MasterInfo> master_info(const master_options& options, const daemon_address& address) {
  auto info = std::make_shared<v1::MasterInfo>();
  const auto port = advertised_port(options);
  info->set_id(wire::random_uuid_text());
  info->set_ip(legacy_ip(address.advertised_ip));
  info->set_port(port);
  info->set_pid("master@" + address.advertised_ip + ":" + std::to_string(port));
  info->set_hostname(address.hostname);
  info->set_version(std::string(served_version()));
  info->mutable_address()->set_hostname(address.hostname);
  info->mutable_address()->set_ip(address.advertised_ip);
  info->mutable_address()->set_port(port);
  if (options.domain)
    if (auto read = wire::from_json(*options.domain, *info->mutable_domain()); !read)
      info->clear_domain(); // refused by check_settings before
  info->add_capabilities()->set_type(v1::MasterInfo::Capability::AGENT_UPDATE);
  return info;
}

allocator::allocator_config allocator_settings(const master_options& options) {
  allocator::allocator_config config;
  config.policy.allocation_interval = options.allocation_interval;
  if (auto sets = allocator::parse_minimum_allocatable(options.min_allocatable_resources))
    config.policy.minimum = *sets;
  config.policy.filter_gpu_resources = options.filter_gpu_resources;
  config.policy.region = own_region(options);
  config.policy.seed = std::random_device{}();
  config.fair_sharing_excluded.insert(options.fair_sharing_excluded_resource_names.begin(),
                                      options.fair_sharing_excluded_resource_names.end());
  return config;
}

master::registrar_config registrar_settings(const master_options& options) {
  master::registrar_config config;
  config.keep.unreachable_agents = options.registry_max_agent_count;
  config.keep.unreachable_age = options.registry_max_agent_age;
  config.fetch_timeout = options.registry_fetch_timeout;
  config.store_timeout = options.registry_store_timeout;
  return config;
}

master::master_config master_settings(const master_options& options, shared<v1::MasterInfo> info) {
  master::master_config config;
  auto& core = config.core;
  core.id = master_id{info->id()};
  core.info = std::move(info);
  core.keep.completed_frameworks = options.max_completed_frameworks;
  core.keep.completed_tasks_per_framework = options.max_completed_tasks_per_framework;
  core.keep.unreachable_tasks_per_framework = options.max_unreachable_tasks_per_framework;
  core.ping_interval = options.agent_ping_timeout;
  core.max_missed_pings = static_cast<unsigned>(options.max_agent_ping_timeouts);
  core.agent_return_timeout = options.agent_reregister_timeout;
  core.offer_timeout = options.offer_timeout;
  core.root_submissions = options.root_submissions;
  core.weights = options.weights;
  core.recovery_removal_limit = options.recovery_agent_removal_limit;
  core.role_whitelist = allowed_roles(options);
  return config;
}

http::replica_config replica_settings(const master_options& options) {
  http::replica_config result;
  result.max_subscribers = options.max_operator_event_stream_subscribers;
  auto& config = result.model;
  config.flags = options.shown;
  config.cluster = options.cluster;
  config.log_dir = options.logging.log_dir;
  config.external_log_file = options.external_log_file;
  config.roles = allowed_roles(options);
  config.max_completed_frameworks = options.max_completed_frameworks;
  config.max_completed_tasks = options.max_completed_tasks_per_framework;
  config.max_unreachable_tasks = options.max_unreachable_tasks_per_framework;
  return result;
}

link::server_config link_settings(const master_options& options, const daemon_address& address,
                                  const std::string& secret) {
  link::server_config config;
  // Without a secret the link stays on loopback, unless the operator opens it.
  const bool everywhere = !secret.empty() || options.link_open || options.ip.has_value();
  config.ip = everywhere ? address.listen_ip : "127.0.0.1";
  config.port = options.link_port;
  config.secret.secret = secret;
  return config;
}

http::server_config server_settings(const master_options& options, const daemon_address& address) {
  http::server_config config;
  config.address = address.listen_ip;
  config.port = options.port;
  return config;
}

http::master_routes_config routes_settings(const master_options& options,
                                           const daemon_address& address, std::uint16_t link_port,
                                           const verbosity_actor& verbosity) {
  http::master_routes_config config;
  config.daemon = {"master", "mesos-master-readonly", "mesos-master-readwrite", options.shown,
                   verbosity};
  config.leader = "//" + address.hostname + ":" + std::to_string(advertised_port(options));
  // An empty host stands for "where you asked": right for every address the master has.
  config.link = cluster::describe_link({"", link_port});
  return config;
}

} // namespace troupe
