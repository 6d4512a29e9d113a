/// The workloads that run through the actors.
#include "bench/allocator/bare_allocator.hpp"
#include "bench/allocator/workload.hpp"

#include "allocator/allocator_actor.hpp"
#include "model/contract.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <set>
#include <thread>
#include <utility>

namespace troupe::bench {

struct received_offers {
  std::vector<allocation> offers;
  double seconds = 0; ///< since they were expected, or since the question
};

/// What the master's place waits for, and what it tells the allocator to get it.
struct expectation {
  std::size_t offers = 0;
  std::shared_ptr<std::promise<received_offers>> done;
  std::function<void()> ask;
};

} // namespace troupe::bench

TROUPE_MESSAGE(troupe::bench::expectation)

namespace troupe::bench {

using namespace troupe::allocator;

namespace {

struct sink_state {
  static constexpr const char* name = "sink";
  expectation awaited;
  clock::time_point begin;
  std::vector<allocation> received;
};

using sink_actor = caf::typed_actor<caf::reacts_to<offers_made>, caf::reacts_to<expectation>>;

sink_actor::behavior_type sink(sink_actor::stateful_pointer<sink_state> self) {
  return {[self](offers_made& made) {
            auto& state = self->state;
            if (state.received.empty())
              state.received = std::move(made.offers);
            else
              std::move(made.offers.begin(), made.offers.end(), std::back_inserter(state.received));
            if (state.awaited.done && state.received.size() >= state.awaited.offers)
              std::exchange(state.awaited, {})
                  .done->set_value({std::exchange(state.received, {}), seconds_since(state.begin)});
          },
          [self](const expectation& next) {
            self->state.awaited = next;
            self->state.begin = clock::now();
            if (next.ask)
              next.ask();
          }};
}

/// An actor system with an allocator of the shape that has not been started.
class stage {
 public:
  explicit stage(const cluster_shape& shape)
      : system_(configure(config_))
      , self_(system_)
      , sink_(system_.spawn(sink)) {
    allocator_config options;
    if (shape.random)
      options.role_sorter = options.framework_sorter = sorter_kind::random;
    allocator_ = system_.spawn(hierarchical_allocator, options);
    for (std::size_t i = 0; i < shape.frameworks; ++i)
      tell(nth_framework(shape, i));
    for (std::size_t i = 0; i < shape.agents; ++i)
      tell(nth_agent(i));
    settle();
  }
  ~stage() {
    self_->send_exit(allocator_, caf::exit_reason::user_shutdown);
    self_->send_exit(sink_, caf::exit_reason::user_shutdown);
    self_->wait_for(allocator_, sink_);
  }

  template <class Message>
  void tell(Message message) {
    self_->send(allocator_, std::move(message));
  }
  void start() { tell(start_allocator{sink_}); }
  /// An answered request: all messages before it have been handled.
  void settle() {
    self_->request(allocator_, caf::infinite, caf::tick_atom::value)
        .receive([] {}, [](caf::error&) {});
  }

  /// The next so many offers; call it before what leads to them.
  std::future<received_offers> next_offers(std::size_t offers) { return expect(offers, nullptr); }
  /// So many offers, as the answer to a message that comes from the master's place.
  template <class Message>
  received_offers ask(std::size_t offers, const Message& message) {
    return expect(offers, [=, this] { caf::anon_send(allocator_, message); }).get();
  }

 private:
  std::future<received_offers> expect(std::size_t offers, std::function<void()> ask) {
    auto done = std::make_shared<std::promise<received_offers>>();
    self_->send(sink_, expectation{offers, done, std::move(ask)});
    return done->get_future();
  }

  static caf::actor_system_config& configure(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", std::size_t{2});
    return config;
  }

  caf::actor_system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  sink_actor sink_;
  allocator_actor allocator_;
};

} // namespace

timings all_free_with_actors(const cluster_shape& shape, int rounds) {
  timings result;
  for (int i = 0; i < rounds; ++i) {
    stage cluster(shape);
    auto offers = cluster.next_offers(shape.agents);
    auto begin = clock::now();
    cluster.start();
    offers.wait();
    result.add_seconds(seconds_since(begin));
    result.offers = shape.agents;
    expects(offers.get().offers.size() == shape.agents, "a round did not offer every agent once");
  }
  return result;
}

boundary_timings actor_boundary(const cluster_shape& shape, int rounds) {
  const set_whitelist nobody{std::set<std::string>{}};
  boundary_timings result;
  auto bare = bare_allocator::full(shape);
  auto kept = bare.batch();
  stage cluster(shape);
  auto first = cluster.next_offers(shape.agents);
  cluster.start();
  auto held = first.get().offers;
  for (int i = 0; i < rounds; ++i) {
    bare.tell(nobody);
    for (const auto& offer : kept)
      bare.tell(give_back(offer));
    bare.run(allocator_core::scope::event);
    auto begin = clock::now();
    bare.tell(set_whitelist{});
    kept = bare.run(allocator_core::scope::event);
    result.bare.add_seconds(seconds_since(begin));

    cluster.tell(nobody);
    recover_together all;
    for (const auto& offer : held)
      all.parts.push_back(give_back(offer));
    cluster.tell(std::move(all));
    cluster.settle();
    std::this_thread::sleep_for(
        std::chrono::milliseconds(5)); // the event cycle of what came back, and its gap
    cluster.settle();
    auto answer = cluster.ask(shape.agents, set_whitelist{});
    result.with_actors.add_seconds(answer.seconds);
    held = std::move(answer.offers);
    expects(kept.size() == shape.agents && held.size() == shape.agents,
            "a round did not offer every agent once");
  }
  result.bare.offers = result.with_actors.offers = shape.agents;
  return result;
}

timings freed_to_offer(const cluster_shape& shape, int samples) {
  stage cluster(shape);
  auto first = cluster.next_offers(shape.agents);
  cluster.start();
  auto all = first.get().offers;
  timings result;
  for (int i = 0; i < samples; ++i) {
    const auto& freed = all[static_cast<std::size_t>(i) % all.size()];
    auto made = cluster.ask(1, recover_together{{give_back(freed)}});
    result.add_seconds(made.seconds);
    expects(made.offers.size() == 1 && made.offers[0].agent == freed.agent,
            "another agent was offered");
    all[static_cast<std::size_t>(i) % all.size()] = made.offers[0];
  }
  return result;
}

} // namespace troupe::bench
