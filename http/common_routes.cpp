#include "http/common_routes.hpp"

#include "http/ask.hpp"
#include "http/entity_json.hpp"
#include "http/json_object.hpp"
#include "model/text.hpp"
#include "runtime/build_info.hpp"
#include "runtime/logging.hpp"
#include "runtime/machine.hpp"

#include <charconv>

namespace troupe::http {

namespace {

response version_body() {
  std::string out;
  json_object object(out);
  append_build_info(object);
  object.close();
  return json(std::move(out));
}

response flags(const std::map<std::string, std::string>& shown) {
  std::string out;
  json_object object(out);
  json_object inner(object.key("flags"));
  for (const auto& [name, value] : shown)
    inner.text(name, value);
  inner.close();
  object.close();
  return json(std::move(out));
}

response metrics_body(const metrics_snapshot& snapshot) {
  std::string out;
  json_object object(out);
  for (const auto& [name, value] : snapshot.values)
    wire::append_json_double(object.foreign_key(name), value);
  object.close();
  return json(std::move(out));
}

response prometheus_body(const metrics_snapshot& snapshot, const series_labels& labels) {
  return content(prometheus_text(snapshot, labels), std::string(prometheus_type));
}

void snapshot(caf::actor_system& system, const metrics_actor& metrics, const request_ptr& req,
              const responder& respond, std::function<response(const metrics_snapshot&)> render) {
  get_metrics question;
  if (const auto* text = req->parameter("timeout")) {
    auto timeout = parse_duration(*text);
    if (!timeout) {
      respond(error(400, "Invalid timeout '" + *text + "': " + timeout.error()));
      return;
    }
    question.timeout = *timeout;
  }
  ask<metrics_snapshot>(
      system, metrics, question,
      [respond, render](const metrics_snapshot& answer) { respond(render(answer)); },
      [respond, &system](const caf::error& problem) {
        respond(error(503, "The metrics cannot be collected: " + system.render(problem)));
      });
}

/// Levels are numbers: 0 is the configured one, everything above shows details.
void toggle_logging(caf::actor_system& system, const verbosity_actor& verbosity,
                    const request_ptr& req, const responder& respond) {
  const auto* level = req->parameter("level");
  const auto* duration = req->parameter("duration");
  if (level == nullptr && duration == nullptr) {
    respond(content(current_log_level() == log_level::debug ? "1\n" : "0\n",
                    "text/plain; charset=utf-8"));
    return;
  }
  if (level == nullptr || duration == nullptr) {
    respond(error(400, "Expecting 'level=value' and 'duration=value' in query"));
    return;
  }
  int wanted = 0;
  auto [end, problem] = std::from_chars(level->data(), level->data() + level->size(), wanted);
  if (problem != std::errc{} || end != level->data() + level->size() || wanted < 0) {
    respond(error(400, "Invalid level '" + *level + "'"));
    return;
  }
  auto time = parse_duration(*duration);
  if (!time) {
    respond(error(400, "Invalid duration '" + *duration + "': " + time.error()));
    return;
  }
  ask<verbosity_raised>(
      system, verbosity, raise_verbosity{wanted == 0 ? std::chrono::nanoseconds{} : *time},
      [respond](const verbosity_raised&) { respond(empty(200)); },
      [respond, &system](const caf::error& failed) {
        respond(error(503, "The log level cannot be changed: " + system.render(failed)));
      });
}

response system_stats() {
  std::string out;
  json_object object(out);
  const auto now = load_average();
  const auto memory = machine_memory();
  object.number("avg_load_1min", now.one);
  object.number("avg_load_5min", now.five);
  object.number("avg_load_15min", now.fifteen);
  object.integer("cpus_total", cpu_count());
  object.integer("mem_total_bytes", memory.total);
  object.integer("mem_free_bytes", memory.free);
  object.close();
  return json(std::move(out));
}

} // namespace

void add_common_routes(router& r, caf::actor_system& system, const daemon_identity& daemon,
                       const metrics_actor& metrics) {
  r.get(daemon.actor, "/health", [](const request&) { return empty(200); });
  r.get(daemon.actor, "/flags", [shown = daemon.flags](const request&) { return flags(shown); });
  r.get("version", "", [](const request&) { return version_body(); });
  r.add({.actor = "metrics",
         .path = "/snapshot",
         .methods = {},
         .handle =
             [&system, metrics](const request_ptr& req, responder respond) {
               snapshot(system, metrics, req, respond, metrics_body);
             },
         .realm = daemon.readonly_realm});
  r.add(
      {.actor = "metrics",
       .path = "",
       .methods = {},
       .handle =
           [&system, metrics, ask = daemon.ask_labels](const request_ptr& req, responder respond) {
             auto answer = [&system, metrics, req, respond](const series_labels& labels) {
               snapshot(system, metrics, req, respond, [labels](const metrics_snapshot& all) {
                 return prometheus_body(all, labels);
               });
             };
             ask ? ask(answer) : answer({});
           },
       .exact = true,
       .jsonp = false,
       .realm = daemon.readonly_realm});
  r.add({.actor = "logging",
         .path = "/toggle",
         .methods = {"GET", "POST"},
         .handle =
             [&system, verbosity = daemon.verbosity](const request_ptr& req, responder respond) {
               toggle_logging(system, verbosity, req, respond);
             },
         .jsonp = false,
         .realm = daemon.readwrite_realm});
  r.get("system", "/stats.json", [](const request&) { return system_stats(); });
}

} // namespace troupe::http
