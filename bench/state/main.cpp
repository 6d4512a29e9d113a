/// bench_state [--bars] [--json FILE] [--plot DIR] [--agents N] [--seconds S] [--replicas N], or
/// bench_state --writers: how fast is `/state` while the cluster changes? See README.md.
#include "report.hpp"
#include "writers.hpp"

#include "http/server.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

using namespace troupe::bench;

namespace {

struct options {
  bool bars = false;
  bool writers = false;
  std::string json;
  std::string plot;
  std::vector<std::size_t> agents; ///< empty: those of the table
  measure_options measure;
};

std::optional<double> positive(const char* text) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  return end != text && *end == '\0' && value > 0 ? std::optional(value) : std::nullopt;
}

std::optional<options> parse(int argc, char** argv) {
  options result;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--bars" || word == "--writers") {
      (word == "--bars" ? result.bars : result.writers) = true;
      continue;
    }
    if (i + 1 == argc)
      return std::nullopt;
    const char* value = argv[++i];
    const auto number = positive(value);
    if (word == "--json")
      result.json = value;
    else if (word == "--plot")
      result.plot = value;
    else if (word == "--agents" && number)
      result.agents = {static_cast<std::size_t>(*number)};
    else if (word == "--replicas" && number)
      result.measure.replicas = static_cast<std::size_t>(*number);
    else if (word == "--seconds" && number)
      result.measure.duration = std::chrono::milliseconds(static_cast<long>(*number * 1e3));
    else
      return std::nullopt;
  }
  if (result.agents.empty()) {
    result.agents = {100, 1'000, 10'000};
    if (!result.bars)
      result.agents.push_back(20'000); // has no bar
  }
  return result;
}

/// Memory that an earlier cluster has given back would hide what the next one needs.
std::optional<cluster_report> in_own_process(std::size_t agents, const measure_options& wanted) {
  int pipe[2];
  if (::pipe(pipe) != 0)
    return std::nullopt;
  const auto child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    int status = 0;
    try {
      const auto text = to_json(measure_cluster(agents, wanted));
      const auto written = ::write(pipe[1], text.data(), text.size());
      status = written == static_cast<ssize_t>(text.size()) ? 0 : 1;
    } catch (const std::exception& problem) {
      std::cerr << "bench_state: " << agents << " agents: " << problem.what() << '\n';
      status = 1;
    }
    ::_exit(status);
  }
  ::close(pipe[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(pipe[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  ::close(pipe[0]);
  int status = 1;
  ::waitpid(child, &status, 0);
  return child > 0 && status == 0 ? std::optional(from_json(text)) : std::nullopt;
}

std::vector<cluster_report> measure(const options& wanted) {
  std::vector<cluster_report> reports;
  auto add = [&](std::size_t agents, const measure_options& how) {
    if (auto report = in_own_process(agents, how))
      reports.push_back(std::move(*report));
    else
      std::exit(2);
  };
  for (auto agents : wanted.agents)
    add(agents, wanted.measure);
  // The bar of memory counts every completed task.
  auto everything = wanted.measure;
  everything.keep_all_completed = true;
  everything.clients = {8};
  everything.updates = {1'000};
  add(std::min<std::size_t>(wanted.agents.back(), 10'000), everything);
  return reports;
}

} // namespace

int main(int argc, char** argv) {
  const auto wanted = parse(argc, argv);
  if (!wanted) {
    std::cerr << "usage: " << argv[0]
              << " [--bars] [--json FILE] [--plot DIR] [--agents N] [--seconds S] [--replicas N]"
              << " [--writers]\n";
    return 2;
  }
  if (wanted->writers) {
    print_writers(measure_writers(10'000));
    return 0;
  }
  troupe::http::raise_file_limit();
  const auto reports = measure(*wanted);
  bool kept = true;
  if (wanted->bars)
    kept = print_bars(reports);
  else
    print_table(reports);
  if (!wanted->json.empty() && !(std::ofstream(wanted->json) << to_json(reports) << '\n')) {
    std::cerr << "cannot write " << wanted->json << '\n';
    return 2;
  }
  if (!wanted->plot.empty() && !write_plots(wanted->plot, reports)) {
    std::cerr << "cannot write into " << wanted->plot << '\n';
    return 2;
  }
  return kept ? 0 : 1;
}
