/// What the containerizer counts (`containerizer/…`), by the names that monitors know.
#pragma once

#include "protocol/metrics.hpp"

namespace troupe::isolators {

inline constexpr const char* fetches_succeeded = "containerizer/fetcher/task_fetches_succeeded";
inline constexpr const char* fetches_failed = "containerizer/fetcher/task_fetches_failed";
inline constexpr const char* destroy_errors = "containerizer/mesos/container_destroy_errors";

/// Every counter and gauge of containerizers, image provisioner and isolations at 0. Those of
/// isolations that are off, or that do not exist here, stay 0: monitors take a missing one for a
/// fault.
metric_batch declared_metrics();

/// One more; nothing when nobody collects.
template <class Self>
void count(Self self, const metrics_actor& metrics, const char* counter) {
  if (!metrics)
    return;
  metric_batch batch;
  batch.count(counter);
  self->send(metrics, batch.take());
}

} // namespace troupe::isolators
