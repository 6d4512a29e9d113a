#include "http/agent_reads.hpp"

namespace troupe::http {

namespace {

std::function<void(const caf::error&)> unavailable(caf::actor_system& system,
                                                   const responder& respond, std::string whom) {
  return [&system, respond, whom](const caf::error& problem) {
    respond(error(503, "The " + whom + " did not answer: " + system.render(problem)));
  };
}

} // namespace

void agent_reads::with_state(const responder& respond,
                             std::function<void(const agent_view_ptr&)> use) const {
  ask<agent_view_ptr>(
      system, agent, get_agent_state{},
      [respond, use](const agent_view_ptr& view) {
        if (view->recovering)
          respond(error(503, "Agent has not finished recovery"));
        else
          use(view);
      },
      unavailable(system, respond, "agent"));
}

void agent_reads::with_usage(
    const responder& respond,
    std::function<void(const agent_state_view&, const usage_list&)> use) const {
  with_state(respond, [self = *this, respond, use](const agent_view_ptr& view) {
    ask<usage_ptr>(
        self.system, self.containerizer, get_usage{},
        [use, view](const usage_ptr& usage) { use(*view, *usage); },
        unavailable(self.system, respond, "containerizer"));
  });
}

} // namespace troupe::http
