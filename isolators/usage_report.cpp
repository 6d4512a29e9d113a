#include "isolators/usage_report.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::isolators {
namespace {

/// A nested container's id names its parents, joined by dots.
void set_container_id(const std::string& id, mesos::v1::ContainerID& out) {
  const auto dot = id.rfind('.');
  if (dot == std::string::npos) {
    out.set_value(id);
    return;
  }
  out.set_value(id.substr(dot + 1));
  set_container_id(id.substr(0, dot), *out.mutable_parent());
}

} // namespace

container_usage to_usage(const container_id& id, pid_t pid, const resources& limits,
                         const tree_usage& used, usage_fields fields, wall_time now) {
  auto statistics = std::make_shared<mesos::v1::ResourceStatistics>();
  statistics->set_timestamp(to_seconds(now));
  if (const auto cpus = limits.cpus(); !cpus.is_zero())
    statistics->set_cpus_limit(cpus.to_double());
  if (const auto megabytes = limits.mem(); !megabytes.is_zero())
    statistics->set_mem_limit_bytes(static_cast<std::uint64_t>(megabytes.to_double() * 1024 * 1024));
  if (fields.cpu) {
    statistics->set_cpus_user_time_secs(used.user_seconds);
    statistics->set_cpus_system_time_secs(used.system_seconds);
  }
  if (fields.mem)
    statistics->set_mem_rss_bytes(used.resident_bytes);
  auto status = std::make_shared<mesos::v1::ContainerStatus>();
  set_container_id(id.value(), *status->mutable_container_id());
  status->set_executor_pid(static_cast<std::uint32_t>(pid));
  return {id, std::move(statistics), std::move(status)};
}

} // namespace troupe::isolators
