/// How the bench's main thread waits for actors: they count down.
#pragma once

#include "protocol/base.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <future>

namespace troupe::bench {

/// Wait for so many, then fulfil the promise.
struct expect_many {
  std::size_t count = 0;
  std::shared_ptr<std::promise<void>> done;
};
struct one_is_done {};

using watcher_actor = caf::typed_actor<caf::reacts_to<expect_many>, caf::reacts_to<one_is_done>>;

struct watcher_state {
  static constexpr const char* name = "watcher";
  expect_many waiting;
};

inline watcher_actor::behavior_type watcher(watcher_actor::stateful_pointer<watcher_state> self) {
  return {
      [self](const expect_many& x) { self->state.waiting = x; },
      [self](const one_is_done&) {
        auto& waiting = self->state.waiting;
        if (waiting.count > 0 && --waiting.count == 0)
          waiting.done->set_value();
      },
  };
}

} // namespace troupe::bench

TROUPE_MESSAGE(troupe::bench::expect_many)
TROUPE_MESSAGE(troupe::bench::one_is_done)
