#include "isolators/containerizer_metrics.hpp"

#include <string>

namespace troupe::isolators {
namespace {

constexpr const char* counters[] = {
    fetches_succeeded,
    fetches_failed,
    destroy_errors,
    "containerizer/mesos/provisioner/remove_container_errors",
    "containerizer/mesos/provisioner/bind/remove_rootfs_errors",
};

/// There is no cache of fetched files, no root file system, no quota of XFS yet.
constexpr const char* gauges[] = {
    "containerizer/fetcher/cache_size_total_bytes",
    "containerizer/fetcher/cache_size_used_bytes",
    "containerizer/mesos/filesystem/containers_new_rootfs",
    "containerizer/mesos/disk/project_ids_total",
    "containerizer/mesos/disk/project_ids_free",
    "volume_gid_manager/volume_gids_total",
    "volume_gid_manager/volume_gids_free",
};

/// The traffic control of network/port_mapping: what happened to which filter.
struct filter_counters {
  const char* filters[8];
  const char* before;
  const char* after;
};

constexpr filter_counters port_mapping[] = {
    {{"eth0_ip", "eth0_icmp", "eth0_arp", "eth0_egress", "lo_ip", "veth_ip", "veth_icmp",
      "veth_arp"},
     "adding_",
     "_filters_errors"},
    {{"eth0_ip", "eth0_icmp", "eth0_arp", "eth0_egress", "lo_ip", "veth_ip", "veth_icmp",
      "veth_arp"},
     "adding_",
     "_filters_already_exist"},
    {{"eth0_ip", "eth0_icmp", "eth0_arp", "eth0_egress", "lo_ip", "veth_ip"},
     "removing_",
     "_filters_errors"},
    {{"eth0_ip", "eth0_icmp", "eth0_arp", "lo_ip", "veth_ip"},
     "removing_",
     "_filters_do_not_exist"},
    {{"eth0_egress"}, "removinging_", "_filters_do_not_exist"}, // the name that clients know
    {{"eth0_icmp", "eth0_arp"}, "updating_", "_filters_errors"},
    {{"eth0_icmp", "eth0_arp"}, "updating_", "_filters_already_exist"},
    {{"eth0_icmp", "eth0_arp"}, "updating_", "_filters_do_not_exist"},
    {{"container_ip"}, "updating_", "_filters_errors"},
};

} // namespace

metric_batch declared_metrics() {
  metric_batch batch;
  for (const auto* name : counters)
    batch.count(name, 0);
  for (const auto* name : gauges)
    batch.set(name, 0);
  for (const auto& row : port_mapping)
    for (const auto* filter : row.filters)
      if (filter != nullptr)
        batch.count(std::string("port_mapping/") + row.before + filter + row.after, 0);
  return batch;
}

} // namespace troupe::isolators
