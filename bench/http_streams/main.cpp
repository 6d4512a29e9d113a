// How much does an idle event stream cost, and what do short requests notice of thousands of them?
// The server and its clients are processes of their own; see README.md.

#include "http/server.hpp"
#include "load.hpp"
#include "readers.hpp"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace troupe::http;

namespace {

constexpr int rounds = 20'000;
constexpr int burst = 100;
constexpr size_t event_size = 1000;
constexpr int timed_events = 2000;

static_assert(std::is_trivially_copyable_v<bench::row>);
static_assert(std::is_trivially_copyable_v<bench::reader_row>);

/// A number of /proc/self/status, such as `VmRSS:` in kB.
long status_of(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key))
      return std::stol(line.substr(key.size()));
  throw std::runtime_error("no " + key);
}

/// The state of a cluster of 1,000 agents, in its pages.
shared_body_ptr big_body() {
  constexpr size_t pages = 640;
  std::vector<fragment> parts;
  for (size_t i = 0; i < pages; ++i)
    parts.push_back(std::make_shared<const body_part>(std::string(16u << 10, 'x')));
  return std::make_shared<const shared_body>(std::move(parts));
}

/// Event streams that get the time every millisecond.
class ticker {
 public:
  ticker()
      : thread_([this] { run(); }) {}
  ~ticker() {
    over_ = true;
    thread_.join();
  }
  ticker(const ticker&) = delete;
  ticker& operator=(const ticker&) = delete;

  void add(event_stream_ptr stream) {
    std::lock_guard lock(mutex_);
    streams_.push_back(std::move(stream));
  }

 private:
  void run() {
    while (!over_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::lock_guard lock(mutex_);
      auto time = std::to_string(
          std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
      time.insert(0, bench::time_digits - time.size(), '0');
      std::erase_if(streams_, [&](const auto& s) { return !s->push(time); });
    }
  }

  std::mutex mutex_;
  std::vector<event_stream_ptr> streams_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

/// `/subscribe`, `/version`, `/broadcast?n=`, `/big`, `/ticks`, and `/self`: what the server uses.
router bench_routes(std::vector<event_stream_ptr>& streams, std::mutex& mutex, ticker& ticks) {
  router r("master");
  r.get("master", "/big", [body = big_body()](const request&) { return json(body); });
  r.get("master", "/ticks", [&](const request&) {
    auto s = std::make_shared<event_stream>();
    s->push("hello");
    ticks.add(s);
    return streaming(s, "application/json");
  });
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
template <class Measure>
int clients(const Measure& measure, int port_pipe, int row_pipe) {
  uint16_t port = 0;
  if (::read(port_pipe, &port, sizeof port) != sizeof port)
    return 1;
  try {
    const auto row = measure(port);
    return ::write(row_pipe, &row, sizeof row) == sizeof row ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "http_streams: %s\n", e.what());
    return 1;
  }
}

/// The server's process. A new one for each row: memory that an earlier row has given back would
/// hide the growth of the next.
template <class Measure>
int serve(const Measure& measure, int row_pipe) {
  int pipe[2];
  if (::pipe(pipe) != 0)
    return 1;
  auto child = ::fork(); // before the server has threads
  if (child == 0)
    return clients(measure, pipe[0], row_pipe);
  std::vector<event_stream_ptr> streams;
  std::mutex mutex;
  ticker ticks;
  server_config config;
  config.address = "127.0.0.1";
  server s(config, bench_routes(streams, mutex, ticks));
  auto port = s.start();
  if (!port || ::write(pipe[1], &*port, sizeof *port) != sizeof *port)
    return 1;
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/// Measures in processes of its own.
template <class Row, class Measure>
bool add_row(std::vector<Row>& rows, const Measure& measure) {
  int pipe[2];
  if (::pipe(pipe) != 0)
    return false;
  auto child = ::fork();
  if (child == 0)
    ::_exit(serve(measure, pipe[1]));
  int status = 0;
  ::waitpid(child, &status, 0);
  Row row;
  if (status != 0 || ::read(pipe[0], &row, sizeof row) != sizeof row)
    return false;
  rows.push_back(row);
  return true;
}

} // namespace

/// bench_http_streams [FILE]: writes FILE.json and FILE.svg (default: http_streams).
int main(int argc, char** argv) {
  raise_file_limit();
  std::vector<bench::row> rows;
  for (int subscribers : {0, 1000, 5000})
    if (!add_row(rows, [=](uint16_t port) { return run(port, subscribers); }))
      return 1;
  std::vector<bench::reader_row> beside;
  for (int readers : {0, 1, 8, 20})
    if (!add_row(beside, [=](uint16_t port) {
          return bench::measure_readers(port, readers, timed_events);
        }))
      return 1;
  std::string results = argc > 1 ? argv[1] : "http_streams";
  bench::print(rows);
  bench::print(beside);
  bench::write_json(results + ".json", rows, beside);
  bench::write_svg(results + ".svg", rows);
  return 0;
}
