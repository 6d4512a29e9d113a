#include "workload.hpp"

#include "allocator/allocator_actor.hpp"
#include "allocator/allocator_core.hpp"
#include "allocator/drf_sorter.hpp"
#include "allocator/random_sorter.hpp"
#include "model/contract.hpp"
#include "model/resource_text.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <future>
#include <memory>

namespace troupe::bench {

namespace {

using namespace troupe::allocator;
using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point begin) {
  return std::chrono::duration<double>(clock::now() - begin).count();
}

/// Calls `framework` and `agent` with the messages that set the cluster up.
template <class OnFramework, class OnAgent>
void set_up(const cluster_shape& shape, OnFramework framework, OnAgent agent) {
  for (std::size_t i = 0; i < shape.frameworks; ++i) {
    add_framework event;
    event.framework = framework_id("0f3c8bb2-92a5-4c19-8b55-2d5ab0e0c3f7-" + std::to_string(i));
    event.options.roles = {shape.own_roles ? "role" + std::to_string(i) : "*"};
    framework(std::move(event));
  }
  auto total = *parse_resources("cpus:24;mem:4096;disk:4096;ports:[31000-32000]");
  for (std::size_t i = 0; i < shape.agents; ++i) {
    add_agent event;
    event.agent = agent_id("0f3c8bb2-92a5-4c19-8b55-2d5ab0e0c3f7-S" + std::to_string(i));
    event.options.hostname = "host" + std::to_string(i);
    event.total = total;
    agent(std::move(event));
  }
}

std::unique_ptr<sorter_table> make_table(const cluster_shape& shape, role_tree::shape form) {
  if (shape.random)
    return std::make_unique<random_sorter>(form, 1);
  return std::make_unique<drf_sorter>(drf_options{form, {}});
}

/// The core with its two tables, as the allocator holds them during a cycle.
struct bare_allocator {
  explicit bare_allocator(const cluster_shape& shape)
      : roles(make_table(shape, role_tree::shape::hierarchical))
      , quota_roles(make_table(shape, role_tree::shape::hierarchical))
      , frameworks(make_table(shape, role_tree::shape::flat)) {
    auto tell = [this](const auto& event) { core.on(event, now); };
    set_up(shape, tell, tell);
  }

  std::vector<allocation> batch() {
    now += std::chrono::seconds{1};
    if (!core.prepare(now, allocator_core::scope::batch))
      return {};
    apply(core.take_role_changes(), *roles);
    apply(core.take_quota_role_changes(), *quota_roles);
    apply(core.take_framework_changes(), *frameworks);
    return core.cycle({*roles, *quota_roles, *frameworks});
  }
  void give_back(const std::vector<allocation>& offers) {
    for (const auto& offer : offers)
      core.on(recover_resources{offer.framework, offer.agent,
                                offer.offered.allocated_to_role(offer.role), std::nullopt},
              now);
  }

  clock::time_point now{std::chrono::hours{1}};
  allocator_core core{allocation_policy{}};
  std::unique_ptr<sorter_table> roles;
  std::unique_ptr<sorter_table> quota_roles;
  std::unique_ptr<sorter_table> frameworks;
};

struct sink_state {
  static constexpr const char* name = "sink";
  std::vector<offers_made> received;
  std::size_t missing = 0;
};

offer_sink_actor::behavior_type sink(offer_sink_actor::stateful_pointer<sink_state> self,
                                     std::size_t expected, std::promise<void>* done) {
  self->state.missing = expected;
  return {[self, done](offers_made& x) {
    auto& state = self->state;
    state.missing -= std::min(state.missing, x.offers.size());
    state.received.push_back(std::move(x));
    if (state.missing == 0)
      done->set_value();
  }};
}

} // namespace

std::string cluster_shape::name() const {
  return std::to_string(agents) + " agents, " + std::to_string(frameworks) + " frameworks, " +
         (random ? "random " : "DRF ") + (own_roles ? "own" : "one");
}

double timings::min() const {
  return *std::min_element(seconds.begin(), seconds.end());
}
double timings::max() const {
  return *std::max_element(seconds.begin(), seconds.end());
}
double timings::median() const {
  auto sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

timings all_free(const cluster_shape& shape, int rounds) {
  bare_allocator allocator(shape);
  timings result;
  for (int i = 0; i < rounds; ++i) {
    auto begin = clock::now();
    auto offers = allocator.batch();
    result.seconds.push_back(seconds_since(begin));
    result.offers = offers.size();
    expects(offers.size() == shape.agents, "a round did not offer every agent once");
    allocator.give_back(offers);
  }
  return result;
}

timings all_free_with_actors(const cluster_shape& shape, int rounds) {
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{2});
  caf::actor_system system(config);
  timings result;
  for (int i = 0; i < rounds; ++i) {
    std::promise<void> done;
    auto master = system.spawn(sink, shape.agents, &done);
    allocator_config options;
    if (shape.random)
      options.role_sorter = options.framework_sorter = sorter_kind::random;
    auto actor = system.spawn(hierarchical_allocator, options);
    caf::scoped_actor self{system};
    auto tell = [&](auto event) { self->send(actor, std::move(event)); };
    set_up(shape, tell, tell);
    // An answered request: all messages before it have been handled.
    self->request(actor, caf::infinite, caf::tick_atom::value).receive([] {}, [](caf::error&) {});
    auto begin = clock::now();
    self->send(actor, start_allocator{master});
    done.get_future().wait();
    result.seconds.push_back(seconds_since(begin));
    result.offers = shape.agents;
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    self->send_exit(master, caf::exit_reason::user_shutdown);
    self->wait_for(actor, master);
  }
  return result;
}

timings nothing_free(const cluster_shape& shape, int rounds) {
  bare_allocator allocator(shape);
  expects(allocator.batch().size() == shape.agents, "not everything is out on offer");
  timings result;
  for (int i = 0; i < rounds; ++i) {
    auto begin = clock::now();
    auto offers = allocator.batch();
    result.seconds.push_back(seconds_since(begin));
    expects(offers.empty(), "resources were offered twice");
  }
  return result;
}

} // namespace troupe::bench
