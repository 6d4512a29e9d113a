#include "http/agent_routes.hpp"

#include "http/agent_api.hpp"
#include "http/agent_reads.hpp"
#include "http/executor_routes.hpp"
#include "http/files.hpp"
#include "http/help_routes.hpp"
#include "runtime/logging.hpp"

#include <filesystem>

namespace troupe::http {

namespace {

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
  config.daemon.ask_labels = [&system, agent](std::function<void(const series_labels&)> use) {
    ask<agent_view_ptr>(
        system, agent, get_agent_state{},
        [use](const agent_view_ptr& view) {
          use({{"agent", view->id.value()}});
        },
        [use](const caf::error&) { use({}); }); // then the numbers say what is wrong
  };
  add_common_routes(r, system, config.daemon, metrics);
  add_executor_routes(r, system, agent);
  const agent_reads reads{system, agent, containerizer};
  add_agent_api(r, {system, reads, files, metrics, config.daemon});
  add_file_routes(r, std::move(files), config.daemon.readonly_realm);
  const auto& me = config.daemon.actor;
  add(r, config, "/state", [reads, shown = config.json](const request_ptr&, responder respond) {
    reads.with_state(respond, [respond, shown](const agent_view_ptr& view) {
      respond(json(agent_state_json(*view, shown)));
    });
  });
  r.alias(me, "/state.json", "/state");
  add(r, config, "/containers", [reads](const request_ptr& req, responder respond) {
    std::optional<std::string> only;
    if (const auto* id = req->parameter("container_id"))
      only = *id;
    reads.with_usage(respond, [respond, only](const auto& view, const auto& usage) {
      respond(json(containers_json(view, usage, only)));
    });
  });
  add(r, config, "/monitor/statistics", [reads](const request_ptr&, responder respond) {
    reads.with_usage(respond, [respond](const auto& view, const auto& usage) {
      respond(json(statistics_json(view, usage)));
    });
  });
  r.alias(me, "/monitor/statistics.json", "/monitor/statistics");
  add_help_routes(r);
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
              [=](const agent_view_ptr& view) {
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
