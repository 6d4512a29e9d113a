#include "http/read_routes.hpp"

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
           .handle =
               [replicas = replicas, make](const request_ptr& req, responder respond) {
                 read_state question{.what = {},
                                     .only = {},
                                     .tasks = {},
                                     .since = {},
                                     .if_none_match = req->headers.joined("If-None-Match"),
                                     .respond = respond};
                 make(*req, question);
                 replicas->read(std::move(question));
               },
           .realm = realm});
  }
};

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

void add_read_routes(router& r, std::shared_ptr<const replica_set> replicas,
                     const std::string& realm) {
  read_routes routes{r, std::move(replicas), realm};
  routes.add("/state", [](const request& req, read_state& x) {
    x.what = state_endpoint::state;
    x.since = parameter(req, "since");
  });
  routes.add("/state-summary",
             [](const request&, read_state& x) { x.what = state_endpoint::summary; });
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

} // namespace troupe::http
