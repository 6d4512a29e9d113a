/// bench_cluster: tasks through a whole cluster in one process. See README.md.
#include "cluster.hpp"

#include "bench/support/plot.hpp"
#include "model/contract.hpp"
#include "runtime/logging.hpp"

#include <caf/all.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <unistd.h>

using namespace troupe::bench;

namespace {

struct result {
  cluster_plan plan;
  double register_seconds = 0;
  double fill_seconds = 0;
  latencies offered;
  double resident_mib = 0;

  double tasks() const { return static_cast<double>(plan.agents * plan.tasks_per_agent); }
  double tasks_per_second() const { return tasks() / fill_seconds; }
  double offered_ms(double fraction) const {
    return offered[static_cast<std::size_t>(fraction * static_cast<double>(offered.size() - 1))] *
           1e3;
  }
};

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  double size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

result measure(const cluster_plan& plan, std::size_t ends) {
  result r{plan, 0, 0, {}, 0};
  cluster one(plan);
  r.register_seconds = one.register_agents();
  one.subscribe_frameworks();
  r.fill_seconds = one.fill();
  r.offered = one.turn_over(ends, std::chrono::milliseconds{2});
  r.resident_mib = resident_mib();
  troupe::expects(r.offered.size() * 10 >= ends * 9, "freed resources were not offered");
  return r;
}

/// The median of the rounds' seconds.
double master_start(const cluster_plan& plan, std::size_t rounds) {
  std::vector<double> all;
  for (std::size_t i = 0; i < rounds; ++i) {
    cluster one(plan);
    one.register_agents();
    one.subscribe_frameworks();
    one.fill();
    all.push_back(one.change_master());
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

/// The round with the median of tasks per second.
result median(std::vector<result> rounds) {
  std::sort(rounds.begin(), rounds.end(), [](const result& a, const result& b) {
    return a.tasks_per_second() < b.tasks_per_second();
  });
  return rounds[rounds.size() / 2];
}

void print(const result& r) {
  std::printf("%8zu %10zu %9.0f %11.2f %8.2f %9.0f %12.2f %11.2f %9.0f\n", r.plan.agents,
              r.plan.frameworks, r.tasks(), r.register_seconds, r.fill_seconds,
              r.tasks_per_second(), r.offered_ms(0.5), r.offered_ms(0.99), r.resident_mib);
  std::fflush(stdout);
}

bool kept(const char* name, double measured, double bar, const char* unit, bool at_least) {
  const bool ok = at_least ? measured >= bar : measured <= bar;
  std::printf("%s %.4g %g %s %s\n", name, measured, bar, unit, ok ? "ok" : "short");
  return ok;
}

bool write_json(const std::vector<result>& results, const std::string& path) {
  std::ofstream out(path);
  out << "[";
  for (const auto& r : results)
    out << (&r == &results.front() ? "\n" : ",\n") << R"(  {"agents":)" << r.plan.agents
        << R"(,"frameworks":)" << r.plan.frameworks << R"(,"tasks":)" << r.tasks()
        << R"(,"register_s":)" << r.register_seconds << R"(,"fill_s":)" << r.fill_seconds
        << R"(,"tasks_per_s":)" << r.tasks_per_second() << R"(,"offer_p50_ms":)"
        << r.offered_ms(0.5) << R"(,"offer_p99_ms":)" << r.offered_ms(0.99) << R"(,"resident_mib":)"
        << r.resident_mib << "}";
  out << "\n]\n";
  return static_cast<bool>(out.flush());
}

/// Needs clusters of two sizes at least: a line has two ends.
bool write_plots(const std::vector<result>& results, const std::string& folder) {
  series rate{"tasks/s", {}}, median{"median", {}}, late{"99 %", {}};
  for (const auto& r : results) {
    const auto agents = static_cast<double>(r.plan.agents);
    rate.points.emplace_back(agents, r.tasks_per_second());
    median.points.emplace_back(agents, r.offered_ms(0.5));
    late.points.emplace_back(agents, r.offered_ms(0.99));
  }
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  std::ofstream tasks(folder + "/tasks.svg");
  tasks << draw({"Tasks accepted, running, acknowledged", "agents", "tasks a second", {rate}});
  std::ofstream offers(folder + "/offers.svg");
  offers << draw(
      {"From a task's end to the offer of what it held", "agents", "ms", {median, late}});
  return static_cast<bool>(tasks.flush()) && static_cast<bool>(offers.flush());
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Tasks through a whole cluster in one process"};
  cluster_plan plan;
  std::size_t rounds = 5, ends = 1'000;
  bool bars = false;
  std::string json, plots;
  auto* agents =
      app.add_option("--agents", plan.agents, "Simulated agents (default: 1000, 5000, 20000)");
  app.add_option("--frameworks", plan.frameworks, "Simulated frameworks, each with its own role")
      ->capture_default_str();
  app.add_option("--tasks", plan.tasks_per_agent, "Tasks on each agent")->capture_default_str();
  app.add_option("--ends", ends, "Tasks that end, to see how fast their resources are offered")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rounds", rounds, "The median is shown")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--bars", bars, "Compare with the bars; exit status 1 when one is short");
  app.add_option("--json", json, "Write all figures to this file");
  app.add_option("--plot", plots, "Draw pictures into this folder");
  CLI11_PARSE(app, argc, argv);
  troupe::set_log_level(troupe::log_level::warning);
  std::vector<std::size_t> sizes{1'000, 5'000, 20'000};
  if (agents->count() > 0)
    sizes = {plan.agents};
  std::printf("%8s %10s %9s %11s %8s %9s %12s %11s %9s\n", "agents", "frameworks", "tasks",
              "register s", "fill s", "tasks/s", "offer p50 ms", "p99 ms", "RSS MiB");
  std::vector<result> results;
  for (auto size : sizes) {
    plan.agents = size;
    std::vector<result> all;
    for (std::size_t i = 0; i < rounds; ++i)
      all.push_back(measure(plan, ends));
    results.push_back(median(std::move(all)));
    print(results.back());
  }
  if (!json.empty() && !write_json(results, json)) {
    std::cerr << "cannot write " << json << '\n';
    return 2;
  }
  if (!plots.empty() && (results.size() < 2 || !write_plots(results, plots))) {
    std::cerr << "cannot draw into " << plots
              << (results.size() < 2 ? ": one size is no line\n" : "\n");
    return 2;
  }
  if (agents->count() > 0 && !bars)
    return 0;
  std::vector<double> starts;
  for (const auto& each : {cluster_plan{2'000, 10, 100}, cluster_plan{20'000, 10, 5}}) {
    starts.push_back(master_start(each, rounds));
    std::printf("a new master has %zu agents with %zu tasks back after %.2f s\n", each.agents,
                each.agents * each.tasks_per_agent, starts.back());
  }
  if (!bars)
    return 0;
  bool ok = kept("tasks accepted, running, acknowledged", results.front().tasks_per_second(),
                 40'000, "tasks/s", true);
  ok = kept("freed resource to offer, p99", results.back().offered_ms(0.99), 2, "ms", false) && ok;
  ok = kept("2000 agents with 200000 tasks back", starts[0], 0.6, "s", false) && ok;
  ok = kept("20000 agents with 100000 tasks back", starts[1], 1.5, "s", false) && ok;
  return ok ? 0 : 1;
}
