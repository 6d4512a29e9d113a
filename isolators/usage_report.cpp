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

container_kind kind_of(const measured_container& container) {
  if (container.id.value().find('.') != std::string::npos)
    return container_kind::nested;
  return container.has_executor ? container_kind::executor : container_kind::standalone;
}

/// What is granted is the limit and, in the words of later versions, the soft limit.
void set_limits(const resources& limits, mesos::v1::ResourceStatistics& out) {
  if (const auto cpus = limits.cpus(); !cpus.is_zero()) {
    out.set_cpus_limit(cpus.to_double());
    out.set_cpus_soft_limit(cpus.to_double());
  }
  if (const auto megabytes = limits.mem(); !megabytes.is_zero()) {
    const auto bytes = static_cast<std::uint64_t>(megabytes.to_double() * 1024 * 1024);
    out.set_mem_limit_bytes(bytes);
    out.set_mem_soft_limit_bytes(bytes);
  }
}

} // namespace

container_usage to_usage(const measured_container& container, const tree_usage& used,
                         usage_fields fields, wall_time now) {
  auto statistics = std::make_shared<mesos::v1::ResourceStatistics>();
  statistics->set_timestamp(to_seconds(now));
  set_limits(container.limits, *statistics);
  if (fields.cpu) {
    statistics->set_cpus_user_time_secs(used.user_seconds);
    statistics->set_cpus_system_time_secs(used.system_seconds);
  }
  if (fields.mem)
    statistics->set_mem_rss_bytes(used.resident_bytes);
  auto status = std::make_shared<mesos::v1::ContainerStatus>();
  set_container_id(container.id.value(), *status->mutable_container_id());
  status->set_executor_pid(static_cast<std::uint32_t>(container.pid));
  return {container.id, kind_of(container), std::move(statistics), std::move(status)};
}

} // namespace troupe::isolators
