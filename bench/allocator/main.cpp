/// bench_allocator [--bars] [--rounds N] [--json FILE]: how long allocation cycles take.
#include "workload.hpp"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

using namespace troupe::bench;

namespace {

struct row {
  std::string what;
  cluster_shape shape;
  std::optional<double> bar_ms; ///< for the minimum
  timings bare;
  std::optional<timings> with_actors;
};

struct options {
  bool bars = false;
  int rounds = 15;
  std::string json;
};

std::optional<options> parse(int argc, char** argv) {
  options result;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--bars") {
      result.bars = true;
    } else if (word == "--json" && i + 1 < argc) {
      result.json = argv[++i];
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

std::vector<row> measure(const options& wanted) {
  std::vector<row> rows;
  auto all = [&](std::size_t agents, std::size_t frameworks, bool own, bool random,
                 std::optional<double> bar) {
    if (wanted.bars && !bar)
      return;
    cluster_shape shape{agents, frameworks, own, random};
    rows.push_back({"all free", shape, bar, all_free(shape, wanted.rounds),
                    all_free_with_actors(shape, wanted.rounds)});
  };
  auto none = [&](std::size_t agents, std::size_t frameworks, double bar) {
    cluster_shape shape{agents, frameworks, true, false};
    rows.push_back({"nothing free", shape, bar, nothing_free(shape, wanted.rounds), {}});
  };
  for (auto random : {false, true})
    for (auto own : {false, true}) {
      bool has_bar = own && !random;
      auto bar = [&](double ms) { return has_bar ? std::optional(ms) : std::nullopt; };
      all(1'000, 50, own, random, bar(0.6));
      all(1'000, 200, own, random, bar(0.7));
      all(1'000, 1'000, own, random, bar(1.0));
      all(10'000, 200, own, random, bar(7));
      all(20'000, 2'000, own, random, bar(25));
    }
  none(1'000, 200, 0.02);
  none(10'000, 200, 0.05);
  return rows;
}

void print_table(const std::vector<row>& rows) {
  std::printf("%-14s %-46s %10s %10s %10s %10s %12s\n", "cycle", "cluster", "min ms", "median ms",
              "max ms", "us/offer", "actors, min");
  for (const auto& r : rows) {
    std::printf("%-14s %-46s %10.3f %10.3f %10.3f", r.what.c_str(), r.shape.name().c_str(),
                r.bare.min() * 1e3, r.bare.median() * 1e3, r.bare.max() * 1e3);
    if (r.bare.offers > 0)
      std::printf(" %10.3f", r.bare.min() * 1e6 / static_cast<double>(r.bare.offers));
    if (r.with_actors)
      std::printf(" %12.3f", r.with_actors->min() * 1e3);
    std::printf("\n");
  }
}

/// One line a bar; false when one is missed.
bool print_bars(const std::vector<row>& rows) {
  bool all_kept = true;
  for (const auto& r : rows) {
    if (!r.bar_ms)
      continue;
    auto measured = r.bare.min() * 1e3;
    bool kept = measured <= *r.bar_ms;
    all_kept = all_kept && kept;
    std::printf("%s, %s %.4f %g ms %s\n", r.what.c_str(), r.shape.name().c_str(), measured,
                *r.bar_ms, kept ? "ok" : "short");
  }
  return all_kept;
}

bool write_json(const std::vector<row>& rows, const std::string& path) {
  std::ofstream out(path);
  out << "[";
  for (const auto& r : rows) {
    out << (&r == &rows.front() ? "\n" : ",\n") << R"(  {"cycle":")" << r.what << R"(","cluster":")"
        << r.shape.name() << R"(","offers":)" << r.bare.offers << R"(,"min_ms":)"
        << r.bare.min() * 1e3 << R"(,"median_ms":)" << r.bare.median() * 1e3 << R"(,"max_ms":)"
        << r.bare.max() * 1e3;
    if (r.with_actors)
      out << R"(,"actors_min_ms":)" << r.with_actors->min() * 1e3;
    out << "}";
  }
  out << "\n]\n";
  return static_cast<bool>(out.flush());
}

} // namespace

int main(int argc, char** argv) {
  auto wanted = parse(argc, argv);
  if (!wanted) {
    std::cerr << "usage: " << argv[0] << " [--bars] [--rounds N] [--json FILE]\n";
    return 2;
  }
  auto rows = measure(*wanted);
  bool kept = true;
  if (wanted->bars)
    kept = print_bars(rows);
  else
    print_table(rows);
  if (!wanted->json.empty() && !write_json(rows, wanted->json)) {
    std::cerr << "cannot write " << wanted->json << "\n";
    return 2;
  }
  return kept ? 0 : 1;
}
