/// The master's metrics: which counters there are from the start, which gauges are read off the
/// books.
#pragma once

#include "master/turn.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

/// Every counter of the master at 0, so that monitors find them before the first event.
void declare_counters(metric_batch& metrics);

/// Hands over what a framework has counted, and how many of its tasks are in which state. For a framework that goes or
/// changes its name; `publish` does it for all.
void publish_counts(metric_batch& metrics, framework_entry& framework);

/// An operation, of a framework or an operator, that changes an agent's resources has ended. `state` as in
/// OperationState, lower case: "finished".
void count_operation(turn& t, const mesos::v1::Offer::Operation& operation,
                     const std::string& state);

/// Makes `book.metrics` what there is to tell: what was counted since the last time, and the gauges as the books stand.
/// Costs a visit to each agent and framework.
void publish(books& book, instant now);

/// One more call of this type: the framework's own counters, and the master's where it has one.
void count_call(turn& t, framework_entry& framework, const mesos::v1::scheduler::Call& call);

} // namespace troupe::master
