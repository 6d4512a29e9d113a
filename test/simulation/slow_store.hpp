/// A store behind a slow disk: what a master asks takes time both ways, so that its crash finds writes that
/// never reached the store, and others that did without its knowing.
#pragma once

#include "dice.hpp"
#include "protocol/storage.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>

namespace troupe::simulation {

/// A piece of work for later.
struct slow_work {
  std::function<void()> action;
};

using slow_store_actor = store_actor::extend<caf::reacts_to<slow_work>>;

slow_store_actor::behavior_type slow_store(slow_store_actor::pointer self,
                                           const store_actor& medium, duration latency);

} // namespace troupe::simulation

TROUPE_MESSAGE(troupe::simulation::slow_work)
