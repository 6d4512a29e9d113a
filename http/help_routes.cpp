#include "http/help_routes.hpp"

#include "http/json_object.hpp"

#include <map>
#include <vector>

namespace troupe::http {

namespace {

struct purpose {
  std::string_view path; ///< an endpoint's own, or its actor's and its own
  std::string_view text;
};

/// What an endpoint is for, in a line. Those that are missing are shown with their facts only.
constexpr purpose purposes[] = {
    {"/api/v1", "The operator API: one call a request, JSON or protobuf."},
    {"/api/v1/executor", "The executor API: SUBSCRIBE opens a stream of events."},
    {"/api/v1/scheduler", "The scheduler API: SUBSCRIBE opens a stream of events."},
    {"/containers",
     "The containers of executors, their status and what they use; container_id picks one."},
    {"/create-volumes", "Makes persistent volumes: slaveId=ID&volumes=[...]."},
    {"/destroy-volumes", "Removes persistent volumes with their data: slaveId=ID&volumes=[...]."},
    {"/files/browse", "The files of a folder, of logs or of a sandbox: path."},
    {"/files/debug", "Which paths can be asked for, and where they lie."},
    {"/files/download", "A file as it is: path."},
    {"/files/read", "A part of a file as text: path, offset, length."},
    {"/flags", "The flags that the daemon runs with."},
    {"/frameworks", "The frameworks with their tasks; framework_id picks one."},
    {"/health", "200 while the daemon serves."},
    {"/help", "This page; format=json for programs."},
    {"/link", "Where agents connect."},
    {"/logging/toggle", "More details in the log for a while: level, duration."},
    {"/machine/down", "Takes scheduled machines down."},
    {"/machine/up", "Brings machines back."},
    {"/maintenance/schedule", "The maintenance schedule; POST replaces it."},
    {"/maintenance/status", "Which machines are draining or down."},
    {"/metrics", "The metrics for Prometheus."},
    {"/metrics/snapshot", "The metrics as one flat object; timeout leaves late ones out."},
    {"/monitor/statistics", "What executors' containers use."},
    {"/quota", "The quotas; POST sets one, DELETE with a role removes it."},
    {"/redirect", "Leads to the leading master."},
    {"/reserve", "Reserves resources: slaveId=ID&resources=[...]."},
    {"/roles", "Who uses which role, what it holds, its weight and quota."},
    {"/slaves", "The agents with their resources; slave_id picks one."},
    {"/state", "Everything that is known."},
    {"/state-summary", "Agents and frameworks with the numbers of their tasks by state."},
    {"/system/stats.json", "Load, processors and memory of the machine."},
    {"/tasks", "Tasks by time: framework_id, task_id, limit, offset, order."},
    {"/teardown", "Removes a framework: frameworkId=ID."},
    {"/unreserve", "Gives reserved resources back: slaveId=ID&resources=[...]."},
    {"/version", "The version and its build."},
    {"/weights", "The weights of roles; PUT changes them."},
};

std::string_view purpose_of(const route& each) {
  const auto whole = "/" + each.actor + each.path;
  for (const auto& known : purposes)
    if (known.path == whole || known.path == each.path)
      return known.text;
  return {};
}

std::string text_of(const route& each) {
  std::string text(purpose_of(each));
  std::string methods;
  for (const auto& method : each.methods)
    methods += (methods.empty() ? "" : ", ") + method;
  text += text.empty() ? "" : "\n";
  text += "Methods: " + (methods.empty() ? std::string("any") : methods) + ".";
  if (!each.realm.empty())
    text += " Realm: " + each.realm + ".";
  if (each.jsonp)
    text += " Honours jsonp.";
  return text;
}

struct entry {
  std::string name; ///< the endpoint's path below its actor
  std::string text;
};
using listing = std::map<std::string, std::vector<entry>>; ///< by actor

std::string as_json(const listing& all) {
  std::string out;
  json_object object(out);
  append_json_array(object.key("processes"), all, [](std::string& to, const auto& actor) {
    json_object process(to);
    process.text("id", actor.first);
    append_json_array(process.key("endpoints"), actor.second,
                      [](std::string& inner, const entry& each) {
                        json_object endpoint(inner);
                        endpoint.text("name", each.name);
                        endpoint.text("text", each.text);
                        endpoint.close();
                      });
    process.close();
  });
  object.close();
  return out;
}

/// Only endpoints at or below `path`; empty when there are none.
std::string as_page(const listing& all, const std::string& path) {
  std::string rows;
  for (const auto& [actor, endpoints] : all)
    for (const auto& each : endpoints) {
      const auto whole = "/" + actor + (each.name == "/" ? "" : each.name);
      if (path.empty() || path == whole || whole.starts_with(path + "/"))
        rows += "<h2><code>" + whole + "</code></h2>\n<pre>" + each.text + "</pre>\n";
    }
  return rows.empty() ? rows
                      : "<!DOCTYPE html>\n<html><head><title>Help</title></head>\n<body>\n" + rows +
                            "</body></html>\n";
}

} // namespace

void add_help_routes(router& r) {
  auto all = std::make_shared<listing>();
  r.get("help", "", [all](const request& req) {
    if (const auto* format = req.parameter("format"); format != nullptr && *format == "json")
      return json(as_json(*all));
    auto page = as_page(*all, req.rest);
    return page.empty() ? error(404, "404 Not Found.")
                        : content(std::move(page), "text/html; charset=utf-8");
  });
  for (const auto* each : r.routes())
    if (!each->alias)
      (*all)[each->actor].push_back({each->path.empty() ? "/" : each->path, text_of(*each)});
}

} // namespace troupe::http
