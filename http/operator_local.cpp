/// The calls of both operator APIs that need no daemon's state: no master, replica or agent.
#include "http/agent_api.hpp"
#include "http/operator_api.hpp"

#include "http/ask.hpp"
#include "runtime/build_info.hpp"
#include "runtime/logging.hpp"

#include <algorithm>

namespace troupe::http {

namespace {

/// The two APIs differ in the types of their messages only.
struct master_api {
  using call = mesos::v1::master::Call;
  using response = mesos::v1::master::Response;
  using parts = operator_parts;
  using exchange = operator_exchange;
};

struct agent_api {
  using call = mesos::v1::agent::Call;
  using response = mesos::v1::agent::Response;
  using parts = agent_api_parts;
  using exchange = agent_exchange;
};

constexpr std::uint64_t longest_read = 64 << 10; // 16 pages

template <class Api>
void get_health(const typename Api::parts&, const typename Api::exchange& exchange) {
  typename Api::response response;
  response.set_type(Api::response::GET_HEALTH);
  response.mutable_get_health()->set_healthy(true);
  exchange.answer(response);
}

template <class Api>
void get_flags(const typename Api::parts& parts, const typename Api::exchange& exchange) {
  typename Api::response response;
  response.set_type(Api::response::GET_FLAGS);
  for (const auto& [name, value] : parts.daemon.flags) {
    auto& flag = *response.mutable_get_flags()->add_flags();
    flag.set_name(name);
    flag.set_value(value);
  }
  exchange.answer(response);
}

template <class Api>
void get_version(const typename Api::parts&, const typename Api::exchange& exchange) {
  typename Api::response response;
  response.set_type(Api::response::GET_VERSION);
  auto& info = *response.mutable_get_version()->mutable_version_info();
  info.set_version(std::string(served_version()));
  info.set_build_date(std::string(build_date()));
  info.set_build_time(build_time());
  info.set_build_user("troupe " + std::string(version()));
  exchange.answer(response);
}

template <class Api>
void get_all_metrics(const typename Api::parts& parts, const typename Api::exchange& exchange) {
  const auto timeout = exchange.call->get_metrics().timeout().nanoseconds();
  if (timeout < 0) {
    exchange.respond(error(400, "Expecting 'get_metrics.timeout' not to be negative"));
    return;
  }
  ask<metrics_snapshot>(
      parts.system, parts.metrics, get_metrics{std::chrono::nanoseconds(timeout)},
      [exchange](const metrics_snapshot& snapshot) {
        typename Api::response response;
        response.set_type(Api::response::GET_METRICS);
        auto& list = *response.mutable_get_metrics();
        for (const auto& [name, value] : snapshot.values) {
          auto& metric = *list.add_metrics();
          metric.set_name(name);
          metric.set_value(value);
        }
        exchange.answer(response);
      },
      [exchange, &system = parts.system](const caf::error& problem) {
        exchange.respond(error(503, "The metrics cannot be collected: " + system.render(problem)));
      });
}

template <class Api>
void get_logging_level(const typename Api::parts&, const typename Api::exchange& exchange) {
  typename Api::response response;
  response.set_type(Api::response::GET_LOGGING_LEVEL);
  response.mutable_get_logging_level()->set_level(current_log_level() == log_level::debug ? 1 : 0);
  exchange.answer(response);
}

template <class Api>
void set_logging_level(const typename Api::parts& parts, const typename Api::exchange& exchange) {
  const auto& wanted = exchange.call->set_logging_level();
  const auto duration = wanted.duration().nanoseconds();
  if (duration < 0) {
    exchange.respond(error(400, "Expecting 'set_logging_level.duration' not to be negative"));
    return;
  }
  ask<verbosity_raised>(
      parts.system, parts.daemon.verbosity,
      raise_verbosity{std::chrono::nanoseconds(wanted.level() == 0 ? 0 : duration)},
      [exchange](const verbosity_raised&) { exchange.respond(empty(200)); },
      [exchange, &system = parts.system](const caf::error& problem) {
        exchange.respond(error(503, "The log level cannot be changed: " + system.render(problem)));
      });
}

template <class Api>
void list_files(const typename Api::parts& parts, const typename Api::exchange& exchange) {
  auto listed = parts.files->list(exchange.call->list_files().path(), exchange.principal);
  if (const auto* problem = std::get_if<file_problem>(&listed)) {
    exchange.respond(error(problem->status, problem->text));
    return;
  }
  typename Api::response response;
  response.set_type(Api::response::LIST_FILES);
  auto& list = *response.mutable_list_files();
  for (const auto& each : std::get<std::vector<file_info>>(listed)) {
    auto& info = *list.add_file_infos();
    info.set_path(each.path);
    info.set_nlink(static_cast<int>(each.nlink));
    info.set_size(each.size);
    info.mutable_mtime()->set_nanoseconds(each.mtime * 1'000'000'000);
    info.set_mode(each.mode);
    info.set_uid(each.uid);
    info.set_gid(each.gid);
  }
  exchange.answer(response);
}

template <class Api>
void read_file(const typename Api::parts& parts, const typename Api::exchange& exchange) {
  const auto& wanted = exchange.call->read_file();
  const auto length = wanted.has_length() ? std::min(wanted.length(), longest_read) : longest_read;
  auto got = parts.files->read(wanted.path(), wanted.offset(), length, exchange.principal);
  if (const auto* problem = std::get_if<file_problem>(&got)) {
    exchange.respond(error(problem->status, problem->text));
    return;
  }
  auto& part = std::get<file_table::slice>(got);
  typename Api::response response;
  response.set_type(Api::response::READ_FILE);
  response.mutable_read_file()->set_size(part.size);
  response.mutable_read_file()->set_data(std::move(part.data));
  exchange.answer(response);
}

template <class Api>
using call_table = std::map<typename Api::call::Type,
                            void (*)(const typename Api::parts&, const typename Api::exchange&)>;

template <class Api>
call_table<Api> make_table() {
  using Call = typename Api::call;
  return {
      {Call::GET_HEALTH, get_health<Api>},
      {Call::GET_FLAGS, get_flags<Api>},
      {Call::GET_VERSION, get_version<Api>},
      {Call::GET_METRICS, get_all_metrics<Api>},
      {Call::GET_LOGGING_LEVEL, get_logging_level<Api>},
      {Call::SET_LOGGING_LEVEL, set_logging_level<Api>},
      {Call::LIST_FILES, list_files<Api>},
      {Call::READ_FILE, read_file<Api>},
  };
}

} // namespace

const std::map<operator_call_type, local_call>& local_calls() {
  static const auto table = make_table<master_api>();
  return table;
}

const std::map<agent_call_type, agent_local_call>& agent_local_calls() {
  static const auto table = make_table<agent_api>();
  return table;
}

} // namespace troupe::http
