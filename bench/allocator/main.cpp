/// bench_allocator [--bars] [--rounds N] [--json FILE] [--plot DIR]: how long allocation cycles take.
#include "bench/allocator/workload.hpp"
#include "bench/support/plot.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <malloc.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>

using namespace troupe::bench;

namespace {

struct row {
  std::string what;
  cluster_shape shape;
  timings measured;
  std::optional<double> bar; ///< for `judged`
  double judged = 0;
  std::optional<double> with_actors; ///< minimum
};

struct options {
  bool bars = false;
  int rounds = 15;
  std::string json;
  std::string plots;
};

std::optional<options> parse(int argc, char** argv) {
  options result;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--bars") {
      result.bars = true;
    } else if (word == "--json" && i + 1 < argc) {
      result.json = argv[++i];
    } else if (word == "--plot" && i + 1 < argc) {
      result.plots = argv[++i];
    } else if (word == "--rounds" && i + 1 < argc) {
      std::string_view text = argv[++i];
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.rounds);
      if (error != std::errc{} || end != text.data() + text.size() || result.rounds < 1)
        return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return result;
}

/// Runs workloads one after the other; with `--bars` only those that have one.
class session {
 public:
  explicit session(const options& wanted)
      : wanted_(wanted) {}

  void add(std::string what, const cluster_shape& shape, const timings& measured,
           std::optional<double> bar = {}) {
    rows.push_back({std::move(what), shape, measured, bar, measured.min(), {}});
    std::fprintf(stderr, ".");
  }
  void all_free_case(const cluster_shape& shape, std::optional<double> bar, bool actors) {
    if (wanted_.bars && !bar)
      return;
    add("all free", shape, all_free(shape, wanted_.rounds), bar);
    if (actors && !wanted_.bars)
      rows.back().with_actors = all_free_with_actors(shape, std::min(wanted_.rounds, 7)).min();
  }
  void decline_case(const cluster_shape& shape, double filtered_bar,
                    std::optional<double> decline_bar, double memory_bar) {
    auto result = declines(shape);
    // There is one such batch in a history; the least of three is less of the machine's noise.
    for (int again = 0; again < 2; ++again)
      result.all_filtered.values.push_back(declines(shape).all_filtered.values[0]);
    add("decline with filter", shape, result.declines, decline_bar);
    if (!wanted_.bars)
      add("while some filter", shape, result.cycles);
    add("all filtered", shape, result.all_filtered, filtered_bar);
    add("filters' memory", shape, result.memory, memory_bar);
  }

  std::vector<row> rows;

 private:
  options wanted_;
};

/// Bars of the cycle with all free: for DRF with own roles.
std::optional<double> bar_of(const cluster_shape& shape) {
  if (!shape.own_roles || shape.random)
    return std::nullopt;
  const std::map<std::pair<std::size_t, std::size_t>, double> bars{
      {{1'000, 50}, 0.6}, {{1'000, 200}, 0.7},   {{1'000, 1'000}, 1.0},
      {{10'000, 200}, 7}, {{20'000, 2'000}, 25},
  };
  auto found = bars.find({shape.agents, shape.frameworks});
  return found == bars.end() ? std::nullopt : std::optional(found->second);
}

void measure_cycles(session& all) {
  for (bool random : {false, true})
    for (bool own : {false, true})
      for (std::size_t agents : {1'000, 5'000, 10'000, 20'000})
        for (std::size_t frameworks : {1, 50, 200, 1'000, 2'000}) {
          cluster_shape shape{agents, frameworks, own, random};
          all.all_free_case(shape, bar_of(shape), own && agents == 1'000);
        }
}

void measure_the_rest(session& all, const options& wanted) {
  const int few = std::min(wanted.rounds, 7);
  cluster_shape huge{20'000, 200, true, false};
  if (!wanted.bars)
    all.add("memory an agent", huge, memory_per_agent(huge));
  all.decline_case({1'000, 50, false, false}, 1, 2, 20);
  all.decline_case({1'000, 200, false, false}, 2, {}, 60);
  for (std::size_t agents : {1'000, 10'000}) {
    cluster_shape shape{agents, 200, true, false};
    all.add("nothing free", shape, nothing_free(shape, wanted.rounds),
            agents == 1'000 ? 0.02 : 0.05);
  }
  all.add("add agents", {1'000, 50, true, false}, add_agents({1'000, 50, true, false}, few), 5);
  all.add("add frameworks", {1'000, 200, true, false},
          add_frameworks({1'000, 200, true, false}, few), 5);
  cluster_shape large{3'000, 3'000, true, false};
  auto quota = quotas(large, few);
  all.add("quotas, full", large, quota.full, 50);
  all.add("quotas, unchanged", large, quota.nothing_changed, 0.1);
  for (std::size_t frameworks : {50, 200, 1'000}) {
    cluster_shape shape{1'000, frameworks, true, false};
    auto boundary = actor_boundary(shape, std::max(wanted.rounds, 150));
    all.add("whitelist lifted", shape, boundary.bare);
    all.add("the same, actors", shape, boundary.with_actors);
    timings cost;
    cost.unit = "%";
    cost.values = {(boundary.with_actors.min() / boundary.bare.min() - 1) * 100};
    all.add("actor boundary", shape, cost, 10);
  }
  auto latency = freed_to_offer(huge, 2'000);
  all.add("freed to offer, p99", huge, latency, 2);
  std::sort(latency.values.begin(), latency.values.end());
  all.rows.back().judged = latency.values[latency.values.size() * 99 / 100];
  if (wanted.bars)
    return;
  for (std::size_t agents : {1'000, 10'000})
    all.add("small tasks, 90 %", {agents, 50, true, false},
            small_tasks({agents, 50, true, false}, few));
}

void print_table(const std::vector<row>& rows) {
  std::printf("%-20s %-42s %9s %9s %9s %-3s %9s %10s %9s %12s\n", "what", "cluster", "min",
              "median", "max", "", "wall, min", "us/offer", "offers/s", "actors, min");
  for (const auto& r : rows) {
    std::printf("%-20s %-42s %9.4f %9.4f %9.4f %-3s", r.what.c_str(), r.shape.name().c_str(),
                r.measured.min(), r.measured.median(), r.measured.max(), r.measured.unit.c_str());
    if (r.measured.wall.empty())
      std::printf(" %9s", "");
    else
      std::printf(" %9.4f", *std::min_element(r.measured.wall.begin(), r.measured.wall.end()));
    if (r.measured.offers > 0) {
      auto offers = static_cast<double>(r.measured.offers);
      std::printf(" %10.3f %9.0f", r.measured.min() * 1e3 / offers,
                  offers / r.measured.min() * 1e3);
    }
    if (r.with_actors)
      std::printf(" %12.3f", *r.with_actors);
    std::printf("\n");
  }
}

/// One line a bar; false when one is missed.
bool print_bars(const std::vector<row>& rows) {
  bool all_kept = true;
  for (const auto& r : rows) {
    if (!r.bar)
      continue;
    bool kept = r.judged <= *r.bar;
    all_kept = all_kept && kept;
    std::printf("%s, %s %.4f %g %s %s\n", r.what.c_str(), r.shape.name().c_str(), r.judged, *r.bar,
                r.measured.unit.c_str(), kept ? "ok" : "short");
  }
  return all_kept;
}

bool write_json(const std::vector<row>& rows, const std::string& path) {
  std::ofstream out(path);
  out << "[";
  for (const auto& r : rows) {
    out << (&r == &rows.front() ? "\n" : ",\n") << R"(  {"what":")" << r.what << R"(","cluster":")"
        << r.shape.name() << R"(","unit":")" << r.measured.unit << R"(","offers":)"
        << r.measured.offers << R"(,"min":)" << r.measured.min() << R"(,"median":)"
        << r.measured.median() << R"(,"max":)" << r.measured.max();
    if (!r.measured.wall.empty())
      out << R"(,"wall_min":)" << *std::min_element(r.measured.wall.begin(), r.measured.wall.end());
    if (r.bar)
      out << R"(,"judged":)" << r.judged << R"(,"bar":)" << *r.bar;
    if (r.with_actors)
      out << R"(,"actors_min":)" << *r.with_actors;
    out << "}";
  }
  out << "\n]\n";
  return static_cast<bool>(out.flush());
}

bool write_plots(const std::vector<row>& rows, const std::string& folder) {
  auto lines_of = [&](bool random, const std::function<double(const row&)>& y) {
    std::map<std::size_t, series> by_frameworks;
    for (const auto& r : rows)
      if (r.what == "all free" && r.shape.own_roles && r.shape.random == random) {
        auto& line = by_frameworks[r.shape.frameworks];
        line.name = std::to_string(r.shape.frameworks) + " frameworks";
        line.points.emplace_back(static_cast<double>(r.shape.agents), y(r));
      }
    std::vector<series> result;
    for (auto& [frameworks, line] : by_frameworks)
      result.push_back(std::move(line));
    return result;
  };
  auto cycle = [](const row& r) { return r.measured.min(); };
  auto offer = [](const row& r) {
    return r.measured.min() * 1e3 / static_cast<double>(r.measured.offers);
  };
  const std::vector<std::pair<std::string, picture>> pictures{
      {"cycle_drf",
       {"A cycle that offers every agent, fair shares", "agents", "milliseconds",
        lines_of(false, cycle)}},
      {"cycle_random",
       {"A cycle that offers every agent, weighted random", "agents", "milliseconds",
        lines_of(true, cycle)}},
      {"offer_drf",
       {"Time of one offer, fair shares", "agents", "microseconds", lines_of(false, offer)}},
  };
  return std::all_of(pictures.begin(), pictures.end(), [&](const auto& entry) {
    if (entry.second.lines.empty())
      return true;
    std::ofstream out(folder + "/" + entry.first + ".svg");
    out << draw(entry.second);
    return static_cast<bool>(out.flush());
  });
}

} // namespace

int main(int argc, char** argv) {
  // Memory that a round freed is there for the next, as in the daemons, whose allocator keeps it.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  auto wanted = parse(argc, argv);
  if (!wanted) {
    std::cerr << "usage: " << argv[0] << " [--bars] [--rounds N] [--json FILE] [--plot DIR]\n";
    return 2;
  }
  session all(*wanted);
  measure_the_rest(all, *wanted);
  measure_cycles(all);
  std::fprintf(stderr, "\n");
  bool kept = true;
  if (wanted->bars)
    kept = print_bars(all.rows);
  else
    print_table(all.rows);
  if (!wanted->json.empty() && !write_json(all.rows, wanted->json)) {
    std::cerr << "cannot write " << wanted->json << "\n";
    return 2;
  }
  if (!wanted->plots.empty() && !write_plots(all.rows, wanted->plots)) {
    std::cerr << "cannot write the pictures to " << wanted->plots << "\n";
    return 2;
  }
  return kept ? 0 : 1;
}
