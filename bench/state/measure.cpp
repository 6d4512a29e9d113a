#include "measure.hpp"

#include "bench/support/clients.hpp"
#include "cluster.hpp"
#include "http/operator_api.hpp"
#include "http/read_routes.hpp"
#include "http/server.hpp"
#include "runtime/system.hpp"
#include "static_file.hpp"

#include <atomic>
#include <fstream>
#include <malloc.h>
#include <mesos/v1/master.pb.h>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>
#include <tuple>

/// Of jemalloc, when the bench is linked with it.
extern "C" int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value,
                       size_t new_size) __attribute__((weak));

namespace troupe::bench {

namespace {

using clock = std::chrono::steady_clock;

double milliseconds_since(clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(clock::now() - begin).count();
}

/// A number of /proc/self/status in MB.
double memory_mb(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key))
      return std::stod(line.substr(key.size())) / 1024;
  throw std::runtime_error("no " + key);
}

/// Hands memory that is free back to the system, as the allocator does by itself after some seconds.
void give_back_free_memory() {
  if (mallctl == nullptr) {
    ::malloc_trim(0);
    return;
  }
  // 4096 stands for all arenas (MALLCTL_ARENAS_ALL).
  if (mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0) != 0)
    throw std::runtime_error("free memory cannot be given back");
}

void reset_peak() {
  give_back_free_memory();
  std::ofstream("/proc/self/clear_refs") << "5";
}

double process_cpu(int who) {
  rusage used{};
  ::getrusage(who, &used);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + t.tv_usec / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Counts tasks (each has one "statuses") without keeping the tree: it would be the peak of memory.
struct task_counter : nlohmann::json_sax<nlohmann::json> {
  std::size_t tasks = 0;
  std::string problem;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool key(string_t& name) override {
    tasks += name == "statuses" ? 1 : 0;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& why) override {
    problem = why.what();
    return false;
  }
};

std::size_t count_tasks(const std::string& body) {
  task_counter counter;
  if (!nlohmann::json::sax_parse(body, &counter))
    throw std::runtime_error("the answer is no JSON: " + counter.problem);
  return counter.tasks;
}

/// While it lives: asks for updates at a steady pace, and sends the master an event a millisecond.
class pacer {
 public:
  pacer(const simulated_master& master, std::size_t updates_a_second)
      : master_(master)
      , thread_([this, updates_a_second] { run(updates_a_second); }) {}
  pacer(const pacer&) = delete;
  pacer& operator=(const pacer&) = delete;
  ~pacer() {
    stop_ = true;
    thread_.join();
  }

 private:
  void run(std::size_t per_second) {
    const auto begin = clock::now();
    std::size_t asked = 0;
    while (!stop_) {
      const auto due = static_cast<std::size_t>(milliseconds_since(begin) / 1e3 *
                                                static_cast<double>(per_second));
      if (due > asked)
        caf::anon_send(master_.handle, due - asked);
      asked = std::max(asked, due);
      caf::anon_send(master_.handle, master_event{clock::now()});
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  const simulated_master& master_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

void fill(row& r, const load& seen) {
  r.best_ms = seen.latency_ms(0);
  r.p50_ms = seen.latency_ms(0.5);
  r.p90_ms = seen.latency_ms(0.9);
  r.p99_ms = seen.latency_ms(0.99);
  r.requests_per_s = seen.requests_per_second();
  r.bytes_per_s = seen.bytes_per_second();
}

void fill_staleness(row& r, const load& seen, const delta_times& times) {
  std::vector<double> ages;
  for (const auto& each : seen.answers) {
    double age = 0;
    if (each.number < times.last() && times.at(each.number + 1) < each.first_byte)
      age = std::chrono::duration<double, std::milli>(each.first_byte - times.at(each.number + 1))
                .count();
    ages.push_back(age);
  }
  r.stale_p50_ms = percentile(ages, 0.5);
  r.stale_p99_ms = percentile(ages, 0.99);
}

/// The server, its replicas and the master that feeds them.
struct stage {
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  simulated_master master;
  std::vector<http::replica_actor> replicas;
  std::unique_ptr<http::server> server;
  std::uint16_t port = 0;
  double messages_mb = 0;

  stage(const cluster_shape& shape, const measure_options& options) {
    configure_system(config);
    system = std::make_unique<caf::actor_system>(config);
    const auto before = memory_mb("VmRSS:");
    master = spawn_cluster(*system, shape);
    messages_mb = memory_mb("VmRSS:") - before;
    http::state_model_config settings;
    if (options.keep_all_completed)
      settings.max_completed_tasks = shape.completed();
    for (std::size_t i = 0; i < options.replicas; ++i)
      replicas.push_back(system->spawn(http::replica, http::replica_config{.model = settings},
                                       http::replica_neighbours{master.as_master(), {}}));
    http::router routes("master");
    auto all = std::make_shared<http::replica_set>(replicas);
    http::add_read_routes(routes, all, "");
    http::add_operator_api(routes, {*system, master.as_master(), all, nullptr, {}, {}});
    http::server_config listen;
    listen.address = "127.0.0.1";
    server = std::make_unique<http::server>(listen, std::move(routes));
    auto bound = server->start();
    if (!bound)
      throw std::runtime_error("cannot listen");
    port = *bound;
  }

  ~stage() {
    server->stop();
    for (const auto& each : replicas)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(master.handle, caf::exit_reason::user_shutdown);
    replicas.clear();
    master = {};
    system->await_all_actors_done();
  }

  /// Every replica has its snapshot when each of so many answers in turn is 200.
  void wait_ready() const {
    for (std::size_t ready = 0; ready < replicas.size();) {
      try {
        client(port).ask(get_request("/tasks?limit=1"));
        ++ready;
      } catch (const std::runtime_error&) {
        ready = 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
  }
};

row measure_row(const stage& s, const std::string& what, const std::string& request,
                std::size_t clients, std::size_t updates, std::chrono::milliseconds duration) {
  row r;
  r.what = what;
  r.clients = clients;
  r.updates = updates;
  const auto number = s.master.times->last();
  s.master.waited->take();
  s.master.reached->take();
  load seen;
  {
    pacer updating(s.master, updates);
    const auto cpu = process_cpu(RUSAGE_SELF);
    seen = run_clients(s.port, request, clients, duration);
    r.server_cpu_s = (process_cpu(RUSAGE_SELF) - cpu - seen.cpu_seconds) / seen.seconds;
  }
  const auto waited = s.master.waited->take();
  r.event_p50_ms = percentile(waited, 0.5);
  r.event_p99_ms = percentile(waited, 0.99);
  r.reach_p99_ms = percentile(s.master.reached->take(), 0.99);
  if (updates > 0 && s.master.times->last() == number)
    throw std::runtime_error("no task was updated");
  fill(r, seen);
  if (!what.starts_with("v1")) // those have no ETag
    fill_staleness(r, seen, *s.master.times);
  return r;
}

constexpr const char* v1_json = "application/json";
constexpr const char* v1_protobuf = "application/x-protobuf";

std::size_t count_v1_tasks(const std::string& body) {
  mesos::v1::master::Response response;
  if (!response.ParseFromString(body))
    throw std::runtime_error("the answer is no protobuf");
  const auto& tasks = response.get_state().get_tasks();
  return static_cast<std::size_t>(tasks.tasks_size() + tasks.completed_tasks_size());
}

/// Every replica has its own pages: each is asked once for each encoding.
void measure_v1(cluster_report& report, const stage& s, const measure_options& options) {
  client one(s.port);
  give_back_free_memory();
  const auto before = memory_mb("VmRSS:");
  for (auto [accept, bytes, first] :
       {std::tuple{v1_json, &report.v1_json_bytes, &report.v1_json_first_ms},
        std::tuple{v1_protobuf, &report.v1_protobuf_bytes, &report.v1_protobuf_first_ms}}) {
    for (std::size_t i = 0; i < options.replicas; ++i) {
      std::string body;
      const auto seen = one.ask(get_state_request(accept), i == 0 ? &body : nullptr);
      if (i > 0)
        continue;
      *bytes = seen.bytes;
      *first = seen.milliseconds();
      const auto tasks = accept == v1_json ? count_tasks(body) : count_v1_tasks(body);
      if (tasks != report.tasks)
        throw std::runtime_error("GET_STATE has " + std::to_string(tasks) + " tasks");
    }
  }
  report.v1_mb = (memory_mb("VmRSS:") - before) / static_cast<double>(options.replicas);
  for (std::size_t updates : {0, 1'000})
    for (std::size_t clients : {1, 8}) {
      report.rows.push_back(measure_row(s, "v1 pb", get_state_request(v1_protobuf), clients,
                                        updates, options.duration));
      report.rows.push_back(measure_row(s, "v1 json", get_state_request(v1_json), clients, updates,
                                        options.duration));
    }
}

void measure_nginx(cluster_report& report, const measure_options& options) {
  for (std::size_t clients : {1, 8})
    if (auto seen = nginx_load(report.bytes, clients, options.duration)) {
      row r;
      r.what = "nginx";
      r.clients = clients;
      fill(r, *seen);
      report.rows.push_back(r);
    }
}

void check(const cluster_report& report, const cluster_shape& shape) {
  const auto least = shape.running() + (report.all_completed ? shape.completed() : 0);
  if (report.tasks < least || report.tasks > shape.running() + shape.completed())
    throw std::runtime_error("an answer has " + std::to_string(report.tasks) + " tasks");
}

} // namespace

cluster_report measure_cluster(std::size_t agents, const measure_options& options) {
  const cluster_shape shape{agents};
  cluster_report report;
  report.agents = agents;
  report.all_completed = options.keep_all_completed;
  stage s(shape, options);
  report.messages_mb = s.messages_mb;
  auto begin = clock::now();
  s.wait_ready();
  report.feed_ms = milliseconds_since(begin);
  begin = clock::now();
  client one(s.port);
  {
    std::string body;
    report.bytes = one.ask(get_request("/state"), &body).bytes;
    report.first_ms = milliseconds_since(begin);
    report.tasks = count_tasks(body);
    check(report, shape);
    report.gzip_bytes = one.ask(get_request("/state", true)).bytes;
  }
  reset_peak();
  report.resident_mb = memory_mb("VmRSS:");
  for (auto updates : options.updates)
    report.rows.push_back(measure_row(s, "none", "", 0, updates, options.duration));
  for (auto updates : options.updates)
    for (auto clients : options.clients)
      report.rows.push_back(
          measure_row(s, "state", get_request("/state"), clients, updates, options.duration));
  report.rows.push_back(
      measure_row(s, "gzip", get_request("/state", true), 1, 0, options.duration));
  report.peak_mb = memory_mb("VmHWM:");
  if (!options.keep_all_completed)
    measure_v1(report, s, options);
  report.copy_ms = copy_ms(report.bytes);
  measure_nginx(report, options);
  return report;
}

} // namespace troupe::bench
