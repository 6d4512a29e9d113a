/// Frameworks come, return, break off and go.
///
///   (unknown) ──subscribe──▶ connected ◀──subscribe── disconnected ──failover timeout──▶ completed
///       │                        └────stream ends────────▲   │                              ▲
///       └──an agent reports it──▶ recovered ──subscribe──┘   └─────────teardown─────────────┘
#pragma once

#include "master/master_core.hpp"
#include "master/turn.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

/// SUBSCRIBE: a new framework, a returning one, or one that takes over from its older self. Answers
/// 200, then the stream hears SUBSCRIBED, or ERROR and its end; 400 when the principal does not
/// match.
api_answer subscribe(turn& t, const subscribe_request& request);

/// UPDATE_FRAMEWORK: as a resubscription, without a new stream. 200, or 400 with the reason.
api_answer update(turn& t, framework_entry& framework, const mesos::v1::FrameworkInfo& wanted,
                  std::set<std::string> suppressed);

/// The stream ended: offers are withdrawn and the failover timeout runs.
void disconnect(turn& t, framework_entry& framework);

/// Ends the framework for good: tasks are killed, agents told, its history kept for a while.
/// The id comes by value: callers have it from the entry that goes.
void remove(turn& t, framework_id id, const std::string& reason);

/// An agent reports a framework that this master has not seen; it may subscribe at any time.
framework_entry& recover(turn& t, const mesos::v1::FrameworkInfo& info);

/// REVIVE and SUPPRESS; no roles means all of the framework's. A wrong role drops the whole call.
void revive(turn& t, framework_entry& framework, std::set<std::string> roles);
void suppress(turn& t, framework_entry& framework, std::set<std::string> roles);

} // namespace troupe::master
