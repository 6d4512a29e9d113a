/// The master's metrics: which counters there are from the start, which gauges are read off the
/// books.
#pragma once

#include "master/turn.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

/// Every counter of the master at 0, so that monitors find them before the first event.
void declare_counters(metric_batch& metrics);

/// A framework's own counters and gauges at 0, for the same reason. `prefix` is its
/// `framework_entry::metrics`.
void declare_framework(metric_batch& metrics, const std::string& prefix);

/// An operation, of a framework or an operator, that changes an agent's resources has ended. `state` as in
/// OperationState, lower case: "finished".
void count_operation(turn& t, const mesos::v1::Offer::Operation& operation,
                     const std::string& state);

/// The gauges as the books stand. Costs a visit to each agent and framework.
void set_gauges(books& book, instant now);

/// One more call of this type: the framework's own counters, and the master's where it has one.
void count_call(turn& t, const framework_entry& framework, const mesos::v1::scheduler::Call& call);

} // namespace troupe::master
