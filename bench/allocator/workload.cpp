#include "bench/allocator/workload.hpp"

#include "bench/allocator/bare_allocator.hpp"
#include "model/contract.hpp"

#include <algorithm>
#include <malloc.h>

namespace troupe::bench {

using namespace troupe::allocator;

namespace {

/// What this process has allocated and not freed, MB: unlike resident memory, it does not depend on what
/// other workloads left behind.
double allocated_megabytes() {
  auto heap = mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd) / 1e6;
}

/// One cpu of what was offered, and the rest.
std::pair<resources, resources> split_task(const allocation& offer) {
  auto task = parse_resources("cpus:1;mem:100")->allocated_to_role(offer.role);
  auto rest = offer.offered.allocated_to_role(offer.role);
  return rest.subtract_if_contained(task) ? std::pair{task, rest} : std::pair{resources{}, rest};
}

/// An event cycle after each; together they offer so much.
template <class Nth>
void add_one_by_one(bare_allocator& allocator, std::size_t count, Nth nth, std::size_t expected,
                    timings& result) {
  std::vector<decltype(nth(0))> events;
  for (std::size_t i = 0; i < count; ++i)
    events.push_back(nth(i));
  allocator.batch();
  std::size_t offers = 0;
  stopwatch watch;
  for (const auto& event : events) {
    allocator.tell(event);
    offers += allocator.run(allocator_core::scope::event).size();
  }
  add(result, watch);
  expects(offers == expected, "what was added did not lead to an offer of every agent");
}

} // namespace

std::string cluster_shape::name() const {
  return std::to_string(agents) + " agents, " + std::to_string(frameworks) + " frameworks, " +
         (random ? "random " : "DRF ") + (own_roles ? "own" : "one");
}

double timings::min() const {
  return *std::min_element(values.begin(), values.end());
}
double timings::max() const {
  return *std::max_element(values.begin(), values.end());
}
double timings::median() const {
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

timings all_free(const cluster_shape& shape, int rounds) {
  auto allocator = bare_allocator::full(shape);
  timings result;
  for (int i = 0; i < rounds; ++i) {
    stopwatch watch;
    auto offers = allocator.batch();
    add(result, watch);
    result.offers = offers.size();
    expects(offers.size() == shape.agents, "a round did not offer every agent once");
    for (const auto& offer : offers)
      allocator.tell(give_back(offer));
  }
  return result;
}

timings nothing_free(const cluster_shape& shape, int rounds) {
  auto allocator = bare_allocator::full(shape);
  expects(allocator.batch().size() == shape.agents, "not everything is out on offer");
  timings result;
  for (int i = 0; i < rounds; ++i) {
    stopwatch watch;
    auto offers = allocator.batch();
    add(result, watch);
    expects(offers.empty(), "resources were offered twice");
  }
  return result;
}

decline_timings declines(const cluster_shape& shape) {
  bare_allocator allocator(shape);
  for (std::size_t i = 0; i < shape.frameworks; ++i)
    allocator.tell(nth_framework(shape, i));
  for (std::size_t i = 0; i < shape.agents; ++i) {
    auto event = nth_agent(i);
    auto user = nth_framework(shape, i % shape.frameworks);
    std::string ports;
    for (int p = 0; p < 16; ++p)
      ports += (p > 0 ? "," : "") + std::to_string(31'000 + 20 * p) + "-" +
               std::to_string(31'009 + 20 * p);
    event.used[user.framework] = parse_resources("cpus:16;mem:2014;disk:1024;ports:[" + ports + "]")
                                     ->allocated_to_role(*user.options.roles.begin());
    allocator.tell(event);
  }
  decline_timings result;
  result.memory.unit = "MB";
  auto before = allocated_megabytes();
  for (std::size_t round = 0; round <= shape.frameworks; ++round) {
    stopwatch watch;
    auto offers = allocator.batch();
    bool last = round == shape.frameworks;
    add((last ? result.all_filtered : result.cycles), watch);
    expects(offers.size() == (last ? 0 : shape.agents), "a round has the wrong number of offers");
    std::vector<recover_resources> answers;
    for (const auto& offer : offers)
      answers.push_back(give_back(offer, std::chrono::hours{24 * 365}));
    watch = {};
    for (const auto& answer : answers)
      allocator.tell(answer);
    if (!last)
      add(result.declines, watch);
  }
  result.memory.values.push_back(allocated_megabytes() - before);
  expects(allocator.core.filter_count() == shape.agents * shape.frameworks, "filters are missing");
  return result;
}

timings add_agents(const cluster_shape& shape, int rounds) {
  timings result;
  for (int round = 0; round < rounds; ++round) {
    auto allocator = bare_allocator::full({0, shape.frameworks, shape.own_roles, shape.random});
    add_one_by_one(allocator, shape.agents, nth_agent, shape.agents, result);
  }
  return result;
}

timings add_frameworks(const cluster_shape& shape, int rounds) {
  timings result;
  for (int round = 0; round < rounds; ++round) {
    auto allocator = bare_allocator::full({shape.agents, 0, shape.own_roles, shape.random});
    auto nth = [&](std::size_t i) { return nth_framework(shape, i); };
    add_one_by_one(allocator, shape.frameworks, nth, shape.agents, result); // the first gets all
  }
  return result;
}

timings memory_per_agent(const cluster_shape& shape) {
  auto before = allocated_megabytes();
  auto allocator = bare_allocator::full(shape);
  expects(allocator.batch().size() == shape.agents, "not everything is out on offer");
  timings result;
  result.unit = "KB";
  result.values.push_back((allocated_megabytes() - before) * 1e3 /
                          static_cast<double>(shape.agents));
  return result;
}

timings small_tasks(const cluster_shape& shape, int rounds) {
  auto allocator = bare_allocator::full(shape);
  std::vector<recover_resources> running;
  auto launch = [&](const std::vector<allocation>& offers, std::size_t wanted) {
    for (const auto& offer : offers) {
      auto [task, rest] = split_task(offer);
      if (running.size() < wanted && !task.empty())
        running.push_back({offer.framework, offer.agent, task, std::nullopt});
      else
        rest += task;
      allocator.tell(
          recover_resources{offer.framework, offer.agent, rest, std::chrono::seconds{5}});
    }
  };
  const auto full = shape.agents * 24 * 9 / 10;
  for (int i = 0; running.size() < full && i < 2'000; ++i)
    launch(allocator.batch(), full);
  expects(running.size() >= full, "the cluster did not fill up");
  timings result;
  std::size_t offers_made = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto ending = full / 100;
    for (std::size_t i = 0; i < ending; ++i) {
      auto& task = running[(i * 7919 + static_cast<std::size_t>(round)) % running.size()];
      allocator.tell(task);
      std::swap(task, running.back());
      running.pop_back();
    }
    stopwatch watch;
    auto offers = allocator.batch();
    add(result, watch);
    offers_made += offers.size();
    launch(offers, full);
  }
  expects(offers_made > 0, "ended tasks led to no offers");
  result.offers = offers_made / static_cast<std::size_t>(rounds);
  return result;
}

quota_timings quotas(const cluster_shape& shape, int rounds) {
  quota_timings result;
  const auto promised = parse_resources("cpus:24;mem:4096;disk:4096")->scalars();
  for (int round = 0; round < rounds; ++round) {
    bare_allocator allocator(shape);
    for (std::size_t i = 0; i < shape.frameworks; ++i) {
      auto event = nth_framework(shape, i);
      allocator.tell(set_quota{*event.options.roles.begin(), promised, promised});
      allocator.tell(event);
    }
    for (std::size_t i = 0; i < shape.agents; ++i)
      allocator.tell(nth_agent(i));
    stopwatch watch;
    auto offers = allocator.batch();
    add(result.full, watch);
    result.full.offers = offers.size();
    expects(offers.size() == shape.agents, "not every role got its guarantee");
    allocator.tell(nth_agent(shape.agents));
    allocator.batch(); // only what quotas do not limit can be given, and that is no offer
    watch = {};
    auto more = allocator.batch();
    add(result.nothing_changed, watch);
    expects(more.empty(), "something was offered beyond the limits");
  }
  return result;
}

} // namespace troupe::bench
