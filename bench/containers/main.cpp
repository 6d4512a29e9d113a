/// bench_containers [--bars] [--json FILE] [--plot DIR]: how fast does an agent tell what its
/// containers use? See README.md.
#include "report.hpp"

#include "http/server.hpp"
#include "runtime/logging.hpp"

#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>
#include <unistd.h>

using namespace troupe::bench;

namespace {

struct options {
  bool bars = false;
  std::string json;
  std::string plot;
};

std::optional<options> parse(int argc, char** argv) {
  options result;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--bars")
      result.bars = true;
    else if (i + 1 < argc && (word == "--json" || word == "--plot"))
      (word == "--json" ? result.json : result.plot) = argv[++i];
    else
      return std::nullopt;
  }
  return result;
}

std::vector<container_case> cases(bool bars) {
  std::vector<container_case> list{{100, 0}, {300, 0}};
  if (!bars)
    list.insert(list.begin(), container_case{10, 0});
  if (::geteuid() == 0)
    list.push_back({300, 2'000});
  else
    std::cerr << "bench_containers: the case with more mounts is left out: it needs root\n";
  return list;
}

} // namespace

int main(int argc, char** argv) {
  const auto wanted = parse(argc, argv);
  if (!wanted) {
    std::cerr << "usage: " << argv[0] << " [--bars] [--json FILE] [--plot DIR]\n";
    return 2;
  }
  troupe::http::raise_file_limit();
  std::vector<container_times> rows;
  for (const auto& each : cases(wanted->bars)) {
    auto row = measure(each);
    if (!row)
      return 2;
    rows.push_back(*row);
  }
  bool kept = true;
  if (wanted->bars)
    kept = print_bars(rows);
  else
    print_table(rows);
  if (!wanted->json.empty() && !(std::ofstream(wanted->json) << to_json(rows) << '\n')) {
    std::cerr << "cannot write " << wanted->json << '\n';
    return 2;
  }
  if (!wanted->plot.empty() && !write_plot(wanted->plot, rows)) {
    std::cerr << "cannot write into " << wanted->plot << '\n';
    return 2;
  }
  return kept ? 0 : 1;
}
