#include "report.hpp"

#include "bench/support/plot.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace troupe::bench {

namespace {

struct bar {
  const char* name;
  std::size_t containers;
  double milliseconds;
};

constexpr bar bars[] = {
    {"containers_100_posix", 100, 15},
    {"containers_300_posix", 300, 40},
};

/// More mounts may cost nothing; what is measured varies by a third even when nothing changes.
constexpr double mounts_bar = 1.3;

bool print_bar(const std::string& name, double measured, double limit, const char* unit) {
  const bool kept = measured <= limit;
  fmt::print("{} {:.2f} {} {} {}\n", name, measured, limit, unit, kept ? "ok" : "short");
  return kept;
}

} // namespace

void print_table(const std::vector<container_times>& rows) {
  fmt::print(
      "| containers | more mounts | processes | KiB | best ms | median ms | CPU ms | p50 ms of 8 "
      "clients | CPU ms then |\n|---|---|---|---|---|---|---|---|---|\n");
  for (const auto& x : rows)
    fmt::print("| {} | {} | {} | {:.0f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n",
               x.containers, x.mounts, x.processes, x.bytes / 1024, x.best_ms, x.median_ms,
               x.cpu_ms, x.eight_p50_ms, x.eight_cpu_ms);
}

bool print_bars(const std::vector<container_times>& rows) {
  bool kept = true;
  for (const auto& row : rows) {
    for (const auto& each : bars)
      if (row.containers == each.containers && row.mounts == 0)
        kept = print_bar(each.name, row.best_ms, each.milliseconds, "ms") && kept;
    for (const auto& plain : rows)
      if (row.mounts > 0 && plain.mounts == 0 && plain.containers == row.containers)
        kept =
            print_bar(fmt::format("containers_{}_cpu_with_{}_mounts", row.containers, row.mounts),
                      row.cpu_ms / plain.cpu_ms, mounts_bar, "times") &&
            kept;
  }
  return kept;
}

std::string to_json(const std::vector<container_times>& rows) {
  auto list = nlohmann::json::array();
  for (const auto& x : rows)
    list.push_back({{"containers", x.containers},
                    {"mounts", x.mounts},
                    {"processes", x.processes},
                    {"bytes", x.bytes},
                    {"best_ms", x.best_ms},
                    {"median_ms", x.median_ms},
                    {"cpu_ms", x.cpu_ms},
                    {"eight_p50_ms", x.eight_p50_ms},
                    {"eight_cpu_ms", x.eight_cpu_ms}});
  return list.dump(1);
}

bool write_plot(const std::string& folder, const std::vector<container_times>& rows) {
  picture drawn{"GET /containers", "containers", "milliseconds", {{"best", {}}, {"CPU", {}}}};
  for (const auto& x : rows)
    if (x.mounts == 0) {
      const auto at = static_cast<double>(x.containers);
      drawn.lines[0].points.emplace_back(at, x.best_ms);
      drawn.lines[1].points.emplace_back(at, x.cpu_ms);
    }
  return static_cast<bool>(std::ofstream(folder + "/containers.svg") << draw(drawn));
}

} // namespace troupe::bench
