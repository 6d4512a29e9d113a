// How much does an idle event stream cost, and what do short requests notice of thousands of them?
// The server and its clients are processes of their own; see README.md.

#include "http/server.hpp"
#include "load.hpp"

#include <cstdio>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

using namespace troupe::http;

namespace {

constexpr int rounds = 20'000;
constexpr int burst = 100;
constexpr size_t event_size = 1000;

/// A number of /proc/self/status, such as `VmRSS:` in kB.
long status_of(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key))
      return std::stol(line.substr(key.size()));
  throw std::runtime_error("no " + key);
}

/// `/subscribe`, `/version`, `/broadcast?n=`, and `/self`: what the server uses.
router bench_routes(std::vector<event_stream_ptr>& streams, std::mutex& mutex) {
  router r("master");
  r.get("master", "/version", [](const request&) { return json(R"({"version":"1.7.0"})"); });
  r.get("master", "/subscribe", [&](const request&) {
    auto s = std::make_shared<event_stream>();
    s->push("hello");
    std::lock_guard lock(mutex);
    streams.push_back(s);
    return streaming(s, "application/json");
  });
  r.get("master", "/broadcast", [&](const request& q) {
    auto event = std::make_shared<const std::string>(event_size, 'x');
    auto n = std::stoi(*q.parameter("n"));
    std::lock_guard lock(mutex);
    for (int i = 0; i < n; ++i)
      std::erase_if(streams, [&](const auto& s) { return !s->push(event); });
    return json(std::to_string(streams.size()));
  });
  r.get("master", "/self", [](const request&) {
    return json(
        nlohmann::json{{"rss", status_of("VmRSS:")}, {"threads", status_of("Threads:")}}.dump());
  });
  return r;
}

bench::row run(uint16_t port, int subscribers) {
  using clock = std::chrono::steady_clock;
  auto ms_since = [](clock::time_point t) {
    return std::chrono::duration<double, std::milli>(clock::now() - t).count();
  };
  auto control = bench::connect_to(port);
  auto self = [&] { return nlohmann::json::parse(bench::fetch(control.get(), "/self")); };
  bench::row r;
  r.subscribers = subscribers;
  bench::measure(port, rounds / 10); // warms up
  auto before = self()["rss"].get<double>();
  std::vector<bench::unique_fd> streams;
  auto begin = clock::now();
  for (int i = 0; i < subscribers; ++i)
    streams.push_back(bench::subscribe(port));
  r.connect_ms = ms_since(begin);
  auto after = self();
  r.kib_each = subscribers ? (after["rss"].get<double>() - before) / subscribers : 0;
  r.threads = after["threads"];
  r.quiet = bench::measure(port, rounds);
  auto broadcast = [&](int n) {
    auto start = clock::now();
    auto reached = bench::fetch(control.get(), "/broadcast?n=" + std::to_string(n));
    if (std::stoi(reached) != subscribers)
      throw std::runtime_error("streams were lost: " + reached);
    auto chunk = chunk_prefix(event_size).size() + event_size + 2;
    for (auto& s : streams)
      bench::skip(s.get(), chunk * static_cast<size_t>(n));
    return ms_since(start);
  };
  if (subscribers > 0) {
    r.broadcast_ms = broadcast(1);
    r.events_per_s = burst * subscribers / broadcast(burst) * 1000;
  }
  return r;
}

/// The clients' process: waits for the port, measures, gives the row back.
int clients(int subscribers, int port_pipe, int row_pipe) {
  uint16_t port = 0;
  if (::read(port_pipe, &port, sizeof port) != sizeof port)
    return 1;
  try {
    auto row = run(port, subscribers);
    return ::write(row_pipe, &row, sizeof row) == sizeof row ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "http_streams: %s\n", e.what());
    return 1;
  }
}

/// The server's process. A new one for each row: memory that an earlier row has given back would
/// hide the growth of the next.
int serve(int subscribers, int row_pipe) {
  int pipe[2];
  if (::pipe(pipe) != 0)
    return 1;
  auto child = ::fork(); // before the server has threads
  if (child == 0)
    return clients(subscribers, pipe[0], row_pipe);
  std::vector<event_stream_ptr> streams;
  std::mutex mutex;
  server_config config;
  config.address = "127.0.0.1";
  server s(config, bench_routes(streams, mutex));
  auto port = s.start();
  if (!port || ::write(pipe[1], &*port, sizeof *port) != sizeof *port)
    return 1;
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

} // namespace

/// bench_http_streams [FILE]: writes FILE.json and FILE.svg (default: http_streams).
int main(int argc, char** argv) {
  raise_file_limit();
  std::vector<bench::row> rows;
  for (int subscribers : {0, 1000, 5000}) {
    int pipe[2];
    if (::pipe(pipe) != 0)
      return 1;
    auto child = ::fork();
    if (child == 0)
      return serve(subscribers, pipe[1]);
    int status = 0;
    ::waitpid(child, &status, 0);
    bench::row row;
    if (status != 0 || ::read(pipe[0], &row, sizeof row) != sizeof row)
      return 1;
    rows.push_back(row);
  }
  std::string results = argc > 1 ? argv[1] : "http_streams";
  bench::print(rows);
  bench::write_json(results + ".json", rows);
  bench::write_svg(results + ".svg", rows);
  return 0;
}
