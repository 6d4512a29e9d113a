#include "http/stream_endpoint.hpp"

#include "runtime/logging.hpp"

#include <caf/all.hpp>
#include <mesos/v1/executor.pb.h>
#include <mesos/v1/scheduler.pb.h>

namespace troupe::http {

namespace {

/// The stream's end ends the actor, which its master or agent monitors.
template <class Self>
void end_with_stream(Self self) {
  auto me = caf::actor_cast<caf::actor_addr>(self);
  self->state.config.stream->on_closed([me](stream_end end) {
    if (end == stream_end::overflow || end == stream_end::stalled)
      log_warning("an event stream's reader was too slow", {{"end", std::string(to_string(end))}});
    if (auto strong = caf::actor_cast<caf::actor>(me))
      caf::anon_send_exit(strong, caf::exit_reason::user_shutdown);
  });
}

template <class Self>
void push(Self self, const google::protobuf::Message& event) {
  const auto& config = self->state.config;
  if (!config.stream->push(wire::encode(config.encoding, event)))
    self->quit();
}

template <class Self>
void close(Self self) {
  self->state.config.stream->close();
  self->quit();
}

} // namespace

http_framework_endpoint::behavior_type
framework_endpoint(http_framework_endpoint::stateful_pointer<framework_endpoint_state> self,
                   stream_endpoint_config config) {
  self->state.config = std::move(config);
  mesos::v1::scheduler::Event beat;
  beat.set_type(mesos::v1::scheduler::Event::HEARTBEAT);
  self->state.heartbeat =
      std::make_shared<const std::string>(wire::encode(self->state.config.encoding, beat));
  end_with_stream(self);
  return {
      [=](const endpoint_event& msg) {
        push(self, *msg.event);
        if (!self->state.subscribed &&
            msg.event->type() == mesos::v1::scheduler::Event::SUBSCRIBED) {
          self->state.subscribed = true;
          self->send(self, caf::tick_atom::value);
        }
      },
      [=](const endpoint_close&) { close(self); },
      [=](caf::tick_atom) {
        if (!self->state.config.stream->push(self->state.heartbeat))
          return self->quit();
        self->delayed_send(self, self->state.config.heartbeat, caf::tick_atom::value);
      },
  };
}

executor_endpoint_actor::behavior_type
executor_endpoint(executor_endpoint_actor::stateful_pointer<executor_endpoint_state> self,
                  stream_endpoint_config config) {
  self->state.config = std::move(config);
  end_with_stream(self);
  return {
      [=](const executor_event& msg) { push(self, *msg.event); },
      [=](const endpoint_close&) { close(self); },
  };
}

} // namespace troupe::http
