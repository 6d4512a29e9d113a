/// A framework's side of a subscription, as the master sees it.
///
///   client ──HTTP stream──▶ endpoint ◀──endpoint_event── master
///   client ◀──records────── endpoint ◀──endpoint_close── master
///
/// One endpoint lives as long as one stream. The HTTP edge, the embedder's driver and the simulation each
/// bring their own. The master monitors it: its end is the framework's disconnection.
#pragma once

#include "protocol/base.hpp"

namespace troupe {

/// The next event of the stream, in order. The endpoint adds the heartbeats itself: one right after
/// SUBSCRIBED, then one every 15 s. An endpoint whose reader is too slow closes itself.
struct endpoint_event {
  scheduler_event_ptr event;
};

/// Deliver what is queued, close the stream, end.
struct endpoint_close {
  std::string reason;
};

using framework_endpoint_actor =
    caf::typed_actor<caf::reacts_to<endpoint_event>, caf::reacts_to<endpoint_close>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::endpoint_event)
TROUPE_MESSAGE(troupe::endpoint_close)
