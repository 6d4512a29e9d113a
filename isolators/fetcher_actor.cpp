#include "isolators/fetcher_actor.hpp"

#include "isolators/containerizer_metrics.hpp"
#include "runtime/errors.hpp"

#include <caf/all.hpp>

namespace troupe::isolators {
namespace {

using self_pointer = fetcher_actor::stateful_pointer<fetcher_state>;

/// Lives for one fetch: it blocks.
fetcher_actor::behavior_type worker(fetcher_actor::pointer self, fetch_options options) {
  return {[=](const fetch_uris& x) -> caf::result<uris_fetched> {
    self->quit();
    if (auto bad = fetch(x.items, x.sandbox, x.user, options, x.stop))
      return to_error(*bad);
    return uris_fetched{};
  }};
}

void start_waiting(self_pointer self, const fetcher_config& config, const metrics_actor& metrics) {
  auto& state = self->state;
  while (state.active < config.limit && !state.queue.empty()) {
    auto [job, promise] = std::move(state.queue.front());
    state.queue.pop_front();
    ++state.active;
    const auto over = [=](const char* counter) {
      count(self, metrics, counter);
      --self->state.active;
      start_waiting(self, config, metrics);
    };
    self->request(self->spawn<caf::detached>(worker, config.options), caf::infinite, std::move(job))
        .then(
            [over, promise = promise](const uris_fetched& done) mutable {
              promise.deliver(done);
              over(fetches_succeeded);
            },
            [over, promise = promise](caf::error& why) mutable {
              promise.deliver(std::move(why));
              over(fetches_failed);
            });
  }
}

} // namespace

fetcher_actor::behavior_type fetcher(self_pointer self, fetcher_config config,
                                     metrics_actor metrics) {
  return {[=](const fetch_uris& x) -> caf::result<uris_fetched> {
    auto promise = self->make_response_promise<uris_fetched>();
    self->state.queue.emplace_back(x, promise);
    start_waiting(self, config, metrics);
    return promise;
  }};
}

} // namespace troupe::isolators
