#include "report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

namespace troupe::bench {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(row, what, clients, updates, best_ms, p50_ms, p90_ms, p99_ms,
                                   requests_per_s, bytes_per_s, server_cpu_s, stale_p50_ms,
                                   stale_p99_ms, reach_p99_ms, event_p50_ms, event_p99_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(cluster_report, agents, tasks, bytes, gzip_bytes, all_completed,
                                   v1_json_bytes, v1_protobuf_bytes, v1_json_first_ms,
                                   v1_protobuf_first_ms, v1_mb, copy_ms, first_ms, feed_ms,
                                   resident_mb, peak_mb, messages_mb, rows)

namespace {

const row* find(const cluster_report& report, const std::string& what, std::size_t clients,
                std::size_t updates = 0) {
  for (const auto& each : report.rows)
    if (each.what == what && each.clients == clients && each.updates == updates)
      return &each;
  return nullptr;
}

struct bar {
  std::string name;
  std::optional<double> measured;
  double wanted;
  const char* unit;
  bool at_most;
};

std::optional<double> of(const row* r, double row::*field) {
  return r != nullptr ? std::optional(r->*field) : std::nullopt;
}

/// The part of nginx's bytes a second; nothing without nginx.
std::optional<double> part_of_nginx(const cluster_report& r, std::size_t clients) {
  const auto* ours = find(r, "state", clients);
  const auto* theirs = find(r, "nginx", clients);
  if (ours == nullptr || theirs == nullptr)
    return std::nullopt;
  return 100 * ours->bytes_per_s / theirs->bytes_per_s;
}

/// How much longer the master's events wait because of the clients.
std::optional<double> event_delay(const cluster_report& r, std::size_t clients) {
  const auto* with = find(r, "state", clients);
  const auto* without = find(r, "none", 0);
  if (with == nullptr || without == nullptr)
    return std::nullopt;
  return with->event_p99_ms - without->event_p99_ms;
}

std::vector<bar> bars_of(const cluster_report& r) {
  auto state = [&](std::size_t clients, std::size_t updates = 0) {
    return find(r, "state", clients, updates);
  };
  std::vector<bar> bars;
  if (r.all_completed) {
    if (r.agents == 10'000)
      bars.push_back({"memory_10000_agents", r.resident_mb, 600, "MB", true});
    return bars;
  }
  if (r.agents == 100)
    bars.push_back({"requests_100_agents_8_clients", of(state(8), &row::requests_per_s), 1'200,
                    "requests/s", false});
  if (r.agents == 1'000)
    bars = {{"get_1000_agents", of(state(1), &row::best_ms), 8, "ms", true},
            {"requests_1000_agents_1_client", of(state(1), &row::requests_per_s), 150, "requests/s",
             false},
            {"requests_1000_agents_8_clients", of(state(8), &row::requests_per_s), 180,
             "requests/s", false},
            {"gzip_1000_agents", of(find(r, "gzip", 1), &row::best_ms), 25, "ms", true},
            {"v1_protobuf_1000_agents", of(find(r, "v1 pb", 1), &row::best_ms), 6, "ms", true},
            {"v1_json_1000_agents", of(find(r, "v1 json", 1), &row::best_ms), 12, "ms", true},
            {"part_of_nginx_1000_agents_1_client", part_of_nginx(r, 1), 60, "%", false},
            {"reach_p99_1000_agents_20_clients_10000_updates",
             of(state(20, 10'000), &row::reach_p99_ms), 5, "ms", true},
            {"event_delay_p99_1000_agents_20_clients", event_delay(r, 20), 1, "ms", true}};
  if (r.agents == 10'000)
    bars = {{"get_10000_agents", of(state(1), &row::best_ms), 80, "ms", true},
            {"requests_10000_agents_8_clients", of(state(8), &row::requests_per_s), 14,
             "requests/s", false}};
  return bars;
}

} // namespace

void print_table(const std::vector<cluster_report>& reports) {
  for (const auto& r : reports) {
    std::printf("\n%zu agents, %zu tasks, %.2f MB (gzip %.2f MB); memcpy %.2f ms; fed in %.0f ms, "
                "first answer %.1f ms; resident %.0f MB (messages %.0f MB), peak %.0f MB\n",
                r.agents, r.tasks, r.bytes / 1e6, r.gzip_bytes / 1e6, r.copy_ms, r.feed_ms,
                r.first_ms, r.resident_mb, r.messages_mb, r.peak_mb);
    std::printf("v1 GET_STATE: JSON %.2f MB, first %.0f ms; protobuf %.2f MB, first %.0f ms; %.0f "
                "MB more\n",
                r.v1_json_bytes / 1e6, r.v1_json_first_ms, r.v1_protobuf_bytes / 1e6,
                r.v1_protobuf_first_ms, r.v1_mb);
    std::printf("%-7s %8s %9s %9s %9s %9s %9s %10s %9s %8s %10s %10s %10s %10s\n", "what",
                "clients", "updates/s", "best ms", "p50 ms", "p90 ms", "p99 ms", "requests/s",
                "MB/s", "cpu", "stale p50", "stale p99", "reach p99", "event p99");
    for (const auto& x : r.rows)
      std::printf(
          "%-7s %8zu %9zu %9.2f %9.2f %9.2f %9.2f %10.1f %9.0f %8.2f %10.2f %10.2f %10.2f %10.2f\n",
          x.what.c_str(), x.clients, x.updates, x.best_ms, x.p50_ms, x.p90_ms, x.p99_ms,
          x.requests_per_s, x.bytes_per_s / 1e6, x.server_cpu_s, x.stale_p50_ms, x.stale_p99_ms,
          x.reach_p99_ms, x.event_p99_ms);
  }
}

void print_writers(const writer_times& times) {
  auto line = [](const char* name, double micros) {
    std::printf("%-16s %6.2f us a task\n", name, micros);
  };
  line("own", times.own);
  line("generic codec", times.generic);
  line("nlohmann", times.nlohmann);
  if (times.rapidjson)
    line("RapidJSON", *times.rapidjson);
}

bool print_bars(const std::vector<cluster_report>& reports) {
  bool all_kept = true;
  for (const auto& r : reports)
    for (const auto& each : bars_of(r)) {
      if (!each.measured)
        continue; // nginx is not here, or the row was not asked for
      const bool kept =
          each.at_most ? *each.measured <= each.wanted : *each.measured >= each.wanted;
      all_kept = all_kept && kept;
      std::printf("%s %.2f %g %s %s\n", each.name.c_str(), *each.measured, each.wanted, each.unit,
                  kept ? "ok" : "short");
    }
  return all_kept;
}

std::string to_json(const std::vector<cluster_report>& reports) {
  return nlohmann::json(reports).dump(1);
}

std::string to_json(const cluster_report& report) {
  return nlohmann::json(report).dump();
}

cluster_report from_json(const std::string& text) {
  return nlohmann::json::parse(text).get<cluster_report>();
}

} // namespace troupe::bench
