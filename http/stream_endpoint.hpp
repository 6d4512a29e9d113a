/// The HTTP side of a subscription: turns events into records of the client's encoding and pushes them to its
/// stream. One actor per open stream; encoding happens here, not in the master or agent.
#pragma once

#include "http/event_stream.hpp"
#include "protocol/executor.hpp"
#include "wire/media.hpp"

#include <chrono>

namespace troupe::http {

struct stream_endpoint_config {
  event_stream_ptr stream;
  wire::media encoding = wire::media::json;
  /// Between heartbeats, the first of which follows SUBSCRIBED at once.
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(15);
};

using http_framework_endpoint = framework_endpoint_actor::extend<caf::reacts_to<caf::tick_atom>>;

struct framework_endpoint_state {
  const char* name = "framework endpoint";
  stream_endpoint_config config;
  std::shared_ptr<const std::string> heartbeat;
  bool subscribed = false;
};

http_framework_endpoint::behavior_type
framework_endpoint(http_framework_endpoint::stateful_pointer<framework_endpoint_state> self,
                   stream_endpoint_config config);

struct executor_endpoint_state {
  const char* name = "executor endpoint";
  stream_endpoint_config config;
};

/// Executors get no heartbeats: known clients abort on events they do not know.
executor_endpoint_actor::behavior_type
executor_endpoint(executor_endpoint_actor::stateful_pointer<executor_endpoint_state> self,
                  stream_endpoint_config config);

} // namespace troupe::http
