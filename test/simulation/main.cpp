/// Runs the simulation for many seeds, or replays one.
///
///   simulation                 200 seeds, or as many as TROUPE_SEEDS says
///   simulation --seeds N       seeds 1 to N
///   simulation --first F       … beginning with F
///   simulation --seed S        only this one, with its history (or TROUPE_SEED)
///   simulation --log           the components' own log too
#include "runtime/logging.hpp"
#include "world.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using namespace troupe;
using namespace troupe::simulation;

struct options {
  std::uint64_t first = 1;
  std::uint64_t seeds = 200;
  std::optional<std::uint64_t> replay;
  bool log = false;
};

std::optional<std::uint64_t> number(const char* text) {
  if (text == nullptr || *text == 0)
    return std::nullopt;
  char* end = nullptr;
  const auto value = std::strtoull(text, &end, 10);
  return *end == 0 ? std::optional<std::uint64_t>{value} : std::nullopt;
}

/// Nothing when the command line is wrong.
std::optional<options> read_options(int argc, char** argv) {
  options result;
  if (const auto seeds = number(std::getenv("TROUPE_SEEDS")))
    result.seeds = *seeds;
  result.replay = number(std::getenv("TROUPE_SEED"));
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--log") {
      result.log = true;
      continue;
    }
    const auto value = number(i + 1 < argc ? argv[i + 1] : nullptr);
    ++i;
    if (!value)
      return std::nullopt;
    if (word == "--seeds")
      result.seeds = *value;
    else if (word == "--first")
      result.first = *value;
    else if (word == "--seed")
      result.replay = *value;
    else
      return std::nullopt;
  }
  return result;
}

/// A few seeds are run twice: the same seed must give the same history.
constexpr std::uint64_t repeated_seeds = 5;

outcome_of_run run_seed(std::uint64_t seed, bool print) {
  return world{seed, print}.run();
}

void report(std::uint64_t seed, const outcome_of_run& result, const char* program) {
  std::printf("--- seed %llu: the end of its history\n", static_cast<unsigned long long>(seed));
  for (const auto& line : result.last_lines)
    std::printf("%s\n", line.c_str());
  std::printf("--- seed %llu failed: %s\n    replay: %s --seed %llu\n",
              static_cast<unsigned long long>(seed), result.failure->c_str(), program,
              static_cast<unsigned long long>(seed));
}

int replay(std::uint64_t seed) {
  const auto result = run_seed(seed, true);
  std::printf(
      "seed %llu: %s\n  %zu tasks, %zu offers, %zu inverse offers, %zu updates, %zu faults in %s; "
      "history %016llx\n",
      static_cast<unsigned long long>(seed), result.failure ? result.failure->c_str() : "passed",
      result.tasks, result.offers, result.inverse_offers, result.updates, result.faults,
      seconds(result.virtual_time).c_str(), static_cast<unsigned long long>(result.hash));
  return result.failure ? 1 : 0;
}

int run_all(const options& wanted, const char* program) {
  std::size_t failed = 0;
  outcome_of_run sum;
  for (auto seed = wanted.first; seed < wanted.first + wanted.seeds; ++seed) {
    auto result = run_seed(seed, false);
    if (!result.failure && seed < wanted.first + repeated_seeds &&
        run_seed(seed, false).hash != result.hash)
      result.failure = "a second run of the seed has another history";
    if (result.failure) {
      ++failed;
      report(seed, result, program);
    }
    sum.tasks += result.tasks;
    sum.offers += result.offers;
    sum.inverse_offers += result.inverse_offers;
    sum.updates += result.updates;
    sum.faults += result.faults;
    sum.virtual_time += result.virtual_time;
  }
  const bool idle =
      wanted.seeds >= 20 && (sum.tasks == 0 || sum.faults == 0 || sum.inverse_offers == 0);
  std::printf("%zu tasks, %zu offers, %zu inverse offers, %zu updates, %zu faults in %.1f hours of "
              "cluster life%s\n",
              sum.tasks, sum.offers, sum.inverse_offers, sum.updates, sum.faults,
              to_seconds(sum.virtual_time) / 3600,
              idle ? ": too quiet, the simulation itself is broken" : "");
  std::printf("%llu seeds passed, %zu failed\n",
              static_cast<unsigned long long>(wanted.seeds - failed), failed);
  return failed == 0 && !idle ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  const auto wanted = read_options(argc, argv);
  if (!wanted) {
    std::fprintf(stderr, "usage: %s [--seeds N] [--first F] [--seed S] [--log]\n", argv[0]);
    return 2;
  }
  logging_config logging;
  logging.quiet = !wanted->log;
  if (const auto why = set_up_logging(logging)) {
    std::fprintf(stderr, "%s\n", why->c_str());
    return 2;
  }
  if (!wanted->log)
    set_log_level(log_level::error);
  return wanted->replay ? replay(*wanted->replay) : run_all(*wanted, argv[0]);
}
