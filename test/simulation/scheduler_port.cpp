#include "scheduler_port.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::simulation {

scheduler_port_actor::behavior_type scheduler_port(scheduler_port_actor::pointer self,
                                                   const port_hooks& hooks) {
  // A master that dies answers nothing more; the framework learns of that by other means.
  const auto master_is_gone = [](const caf::error&) {};
  return {
      [=](const endpoint_event& x) { hooks.on_event(x.event); },
      [=](const endpoint_close& x) {
        hooks.on_close(x.reason);
        self->quit();
      },
      [=](const port_subscribe& x) {
        auto request = x.request;
        request.endpoint = self;
        self->request(x.master, caf::infinite, std::move(request))
            .then([=](const api_answer& answer) { hooks.on_subscribe_answer(answer); },
                  master_is_gone);
      },
      [=](const port_call& x) {
        self->request(x.master, caf::infinite, x.request)
            .then([=, call = x.request.call](
                      const api_answer& answer) { hooks.on_answer(call, answer); },
                  master_is_gone);
      },
  };
}

} // namespace troupe::simulation
