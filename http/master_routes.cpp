#include "http/master_routes.hpp"

#include "http/ask.hpp"
#include "http/files.hpp"
#include "http/operation_routes.hpp"

#include <charconv>

namespace troupe::http {

namespace {

std::optional<std::string> parameter(const request& req, const std::string& name) {
  const auto* value = req.parameter(name);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<long long> number(const request& req, const std::string& name) {
  const auto* text = req.parameter(name);
  long long value = 0;
  if (text == nullptr)
    return std::nullopt;
  auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (problem != std::errc{} || end != text->data() + text->size())
    return std::nullopt;
  return value;
}

struct read_routes {
  router& r;
  std::shared_ptr<const replica_set> replicas;
  std::string realm;

  /// `make` fills in what the request asks for.
  template <class Make>
  void add(const std::string& path, Make make) {
    r.add({.actor = "master",
           .path = path,
           .methods = {},
           .handle = [replicas = replicas, make](const request_ptr& req, responder respond) {
             read_state question{.what = {}, .only = {}, .tasks = {}, .respond = respond};
             make(*req, question);
             replicas->read(std::move(question));
           },
           .realm = realm});
  }
};

void add_read_routes(router& r, std::shared_ptr<const replica_set> replicas,
                     const std::string& realm) {
  read_routes routes{r, std::move(replicas), realm};
  routes.add("/state", [](const request&, read_state& x) { x.what = state_endpoint::state; });
  routes.add("/frameworks", [](const request& req, read_state& x) {
    x.what = state_endpoint::frameworks;
    x.only = parameter(req, "framework_id");
  });
  routes.add("/slaves", [](const request& req, read_state& x) {
    x.what = state_endpoint::agents;
    x.only = parameter(req, "slave_id");
  });
  routes.add("/tasks", [](const request& req, read_state& x) {
    x.what = state_endpoint::tasks;
    x.tasks = read_task_query(req);
  });
  for (const auto* path : {"/state", "/tasks"})
    r.alias("master", std::string(path) + ".json", path);
}

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

task_query read_task_query(const request& req) {
  task_query query;
  query.framework = parameter(req, "framework_id");
  query.task = parameter(req, "task_id");
  if (auto limit = number(req, "limit")) {
    if (*limit == -1)
      query.limit = std::nullopt;
    else if (*limit >= 0)
      query.limit = static_cast<std::size_t>(*limit);
  }
  if (auto offset = number(req, "offset"); offset && *offset >= 0)
    query.offset = static_cast<std::size_t>(*offset);
  query.ascending = parameter(req, "order") == "asc";
  return query;
}

router make_master_router(caf::actor_system& system, master_routes_config config,
                          const master_actor& master, std::shared_ptr<const replica_set> replicas,
                          std::shared_ptr<const file_table> files, const metrics_actor& metrics) {
  router r("master");
  add_common_routes(r, system, config.daemon, metrics);
  add_scheduler_routes(r, system, master, config.scheduler);
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
  return r;
}

} // namespace troupe::http
