#include "http/agent_routes.hpp"

#include "http/ask.hpp"
#include "http/executor_routes.hpp"
#include "http/files.hpp"
#include "runtime/logging.hpp"

#include <filesystem>

namespace troupe::http {

namespace {

using state_ptr = shared<agent_state_view>;
using usage_ptr = shared<usage_list>;

struct agent_reads {
  caf::actor_system& system;
  agent_actor agent;
  containerizer_actor containerizer;

  std::function<void(const caf::error&)> unavailable(const responder& respond,
                                                     std::string whom) const {
    return [respond, whom, &sys = system](const caf::error& problem) {
      respond(error(503, "The " + whom + " did not answer: " + sys.render(problem)));
    };
  }

  /// Calls `use` with the agent's view, or answers 503 while it recovers.
  template <class Use>
  void with_state(const responder& respond, Use use) const {
    ask<state_ptr>(
      system, agent, get_agent_state{},
      [respond, use](const state_ptr& view) {
        if (view->recovering)
          respond(error(503, "Agent has not finished recovery"));
        else
          use(view);
      },
      unavailable(respond, "agent"));
  }

  /// Calls `render` with the agent's view and the usage of its containers.
  template <class Render>
  void with_usage(const responder& respond, Render render) const {
    auto self = *this;
    with_state(respond, [self, respond, render](const state_ptr& view) {
      ask<usage_ptr>(
        self.system, self.containerizer, get_usage{},
        [respond, render, view](const usage_ptr& usage) { respond(json(render(*view, *usage))); },
        self.unavailable(respond, "containerizer"));
    });
  }
};

void add(router& r, const agent_routes_config& config, const std::string& path, handler handle) {
  r.add({.actor = config.daemon.actor,
         .path = path,
         .methods = {},
         .handle = std::move(handle),
         .realm = config.daemon.readonly_realm});
}

} // namespace

router make_agent_router(caf::actor_system& system, agent_routes_config config,
                         const agent_actor& agent, const containerizer_actor& containerizer,
                         std::shared_ptr<const file_table> files, const metrics_actor& metrics) {
  router r(config.daemon.actor);
  add_common_routes(r, system, config.daemon, metrics);
  add_executor_routes(r, system, agent);
  add_file_routes(r, std::move(files), config.daemon.readonly_realm);
  agent_reads reads{system, agent, containerizer};
  const auto& me = config.daemon.actor;
  add(r, config, "/state", [reads, shown = config.json](const request_ptr&, responder respond) {
    reads.with_state(respond, [respond, shown](const state_ptr& view) {
      respond(json(agent_state_json(*view, shown)));
    });
  });
  r.alias(me, "/state.json", "/state");
  add(r, config, "/containers", [reads](const request_ptr& req, responder respond) {
    std::optional<std::string> only;
    if (const auto* id = req->parameter("container_id"))
      only = *id;
    reads.with_usage(respond, [only](const agent_state_view& view, const usage_list& usage) {
      return containers_json(view, usage, only);
    });
  });
  add(r, config, "/monitor/statistics", [reads](const request_ptr&, responder respond) {
    reads.with_usage(respond, statistics_json);
  });
  r.alias(me, "/monitor/statistics.json", "/monitor/statistics");
  return r;
}

void attach_sandboxes(caf::actor_system& system, const agent_actor& agent,
                      std::shared_ptr<file_table> files, std::string work_dir) {
  const auto agents = work_dir + "/slaves";
  std::error_code failed;
  std::filesystem::create_directories(agents, failed);
  // <agent>/frameworks/<framework>/executors/<executor>/runs/<container>: each run is a root of its own.
  if (auto problem = files->attach_each(agents, agents, 7))
    log_warning("sandboxes are not readable over HTTP", {{"reason", *problem}});
  system.spawn([=](caf::event_based_actor* self) {
    self->send(self, caf::tick_atom::value);
    return caf::behavior{[=](caf::tick_atom) {
      self->request(agent, ask_timeout, get_agent_state{})
        .then(
          [=](const state_ptr& view) {
            const auto mine = agents + "/" + view->id.value() + "/frameworks";
            std::error_code missing;
            if (!view->id.empty())
              std::filesystem::create_directories(mine, missing);
            if (view->id.empty() || files->attach_each("/frameworks", mine, 5))
              self->delayed_send(self, std::chrono::milliseconds(200), caf::tick_atom::value);
            else
              self->quit();
          },
          [=](const caf::error&) { self->quit(); }); // the agent has ended
    }};
  });
}

} // namespace troupe::http
