/// The workloads that run through the actors.
#include "bench/allocator/bare_allocator.hpp"
#include "bench/allocator/workload.hpp"

#include "allocator/allocator_actor.hpp"
#include "model/contract.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <future>
#include <iterator>
#include <memory>
#include <utility>

namespace troupe::bench {

using received_offers = std::vector<allocation>;

/// What the master's place waits for.
struct expectation {
  std::size_t offers = 0;
  std::shared_ptr<std::promise<received_offers>> done;
};

} // namespace troupe::bench

TROUPE_MESSAGE(troupe::bench::expectation)

namespace troupe::bench {

using namespace troupe::allocator;

namespace {

struct sink_state {
  static constexpr const char* name = "sink";
  expectation awaited;
  received_offers received;
};

using sink_actor = caf::typed_actor<caf::reacts_to<offers_made>, caf::reacts_to<expectation>>;

sink_actor::behavior_type sink(sink_actor::stateful_pointer<sink_state> self) {
  return {[self](offers_made& made) {
            auto& state = self->state;
            std::move(made.offers.begin(), made.offers.end(), std::back_inserter(state.received));
            if (state.awaited.done && state.received.size() >= state.awaited.offers)
              std::exchange(state.awaited, {})
                  .done->set_value(std::exchange(state.received, {}));
          },
          [self](const expectation& next) { self->state.awaited = next; }};
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
    // An answered request: all messages before it have been handled.
    self_->request(allocator_, caf::infinite, caf::tick_atom::value)
        .receive([] {}, [](caf::error&) {});
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

  /// The next so many offers; call it before what leads to them.
  std::future<received_offers> next_offers(std::size_t offers) {
    auto done = std::make_shared<std::promise<received_offers>>();
    self_->send(sink_, expectation{offers, done});
    return done->get_future();
  }

 private:
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
    expects(offers.get().size() == shape.agents, "a round did not offer every agent once");
  }
  return result;
}

timings freed_to_offer(const cluster_shape& shape, int samples) {
  stage cluster(shape);
  auto first = cluster.next_offers(shape.agents);
  cluster.start();
  auto all = first.get();
  timings result;
  for (int i = 0; i < samples; ++i) {
    const auto& freed = all[static_cast<std::size_t>(i) % all.size()];
    auto answer = give_back(freed);
    auto offers = cluster.next_offers(1);
    auto begin = clock::now();
    cluster.tell(std::move(answer));
    auto made = offers.get();
    result.add_seconds(seconds_since(begin));
    expects(made.size() == 1 && made[0].agent == freed.agent, "another agent was offered");
    all[static_cast<std::size_t>(i) % all.size()] = made[0];
  }
  return result;
}

} // namespace troupe::bench
