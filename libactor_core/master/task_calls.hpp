/// What frameworks ask of tasks and executors that exist: KILL, SHUTDOWN, ACKNOWLEDGE, MESSAGE,
/// RECONCILE. All of these are accepted in any case; what can't be done is logged or answered by
/// event.
#pragma once

#include "master/turn.hpp"

#include <mesos/v1/scheduler.pb.h>

namespace troupe::master {

using mesos::v1::scheduler::Call;

/// Passed to the agent now, or when it comes back. An unknown task is answered as in `reconcile`.
void kill_task(turn& t, framework_entry& framework, const Call::Kill& kill);

/// Passed to the agent if this master has sent on an update of the task; ends the task's life in
/// the books when it is the terminal one.
void acknowledge(turn& t, framework_entry& framework, const Call::Acknowledge& acknowledge);

void shutdown_executor(turn& t, framework_entry& framework, const Call::Shutdown& shutdown);
void send_message(turn& t, framework_entry& framework, const Call::Message& message);

/// One update per task asked for, or per known task when none is; no answer while an agent that may
/// know the task is not back after a failover.
void reconcile(turn& t, framework_entry& framework, const Call::Reconcile& reconcile);

/// The states of operations, one per operation asked for.
mesos::v1::scheduler::Response reconcile_operations(const turn& t,
                                                    const Call::ReconcileOperations& wanted);

} // namespace troupe::master
