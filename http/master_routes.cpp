#include "http/master_routes.hpp"

#include "http/ask.hpp"
#include "http/files.hpp"
#include "http/help_routes.hpp"
#include "http/operation_routes.hpp"
#include "http/operator_api.hpp"
#include "http/read_routes.hpp"

namespace troupe::http {

namespace {

void teardown(caf::actor_system& system, const master_actor& master, const request_ptr& req,
              const responder& respond) {
  const auto form = req->form();
  const auto found = form.find("frameworkId");
  if (found == form.end() || found->second.empty()) {
    respond(error(400, "Missing 'frameworkId' query parameter in the request body"));
    return;
  }
  ask<api_answer>(
      system, master, teardown_framework{framework_id{found->second}},
      [respond](const api_answer& answer) { respond(to_response(answer, wire::media::json)); },
      [respond, &system](const caf::error& problem) {
        respond(error(503, "The master did not answer: " + system.render(problem)));
      });
}

} // namespace

router make_master_router(caf::actor_system& system, master_routes_config config,
                          const master_actor& master, std::shared_ptr<const replica_set> replicas,
                          std::shared_ptr<const file_table> files, const metrics_actor& metrics) {
  router r("master");
  add_common_routes(r, system, config.daemon, metrics);
  add_scheduler_routes(r, system, master, config.scheduler);
  const operator_parts parts{system, master, replicas, files, metrics, config.daemon};
  add_operator_api(r, parts);
  add_role_routes(r, parts);
  add_maintenance_routes(r, parts);
  add_read_routes(r, std::move(replicas), config.daemon.readonly_realm);
  add_operation_routes(r, system, master, config.daemon.readwrite_realm);
  add_file_routes(r, std::move(files), config.daemon.readonly_realm);
  r.add({.actor = "master",
         .path = "/redirect",
         .methods = {},
         .handle = answering([leader = config.leader](const request&) { return redirect(leader); }),
         .exact = true,
         .jsonp = false,
         .realm = {}});
  r.add({.actor = "link",
         .path = "",
         .methods = {"GET"},
         .handle = answering([body = config.link](const request&) { return json(body); }),
         .realm = {}});
  r.add({.actor = "master",
         .path = "/teardown",
         .methods = {"POST"},
         .handle = [&system, master](const request_ptr& req,
                                     responder respond) { teardown(system, master, req, respond); },
         .jsonp = false,
         .realm = config.daemon.readwrite_realm});
  add_help_routes(r);
  return r;
}

} // namespace troupe::http
