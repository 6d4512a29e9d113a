#include "runtime/deterministic_system.hpp"

#include <caf/all.hpp>

namespace troupe {

namespace {

caf::actor_system_config& for_testing(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("testing"));
  return config;
}

} // namespace

deterministic_system::deterministic_system()
    : system_(for_testing(config_))
    , scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {}

deterministic_system::~deterministic_system() {
  run();
}

std::size_t deterministic_system::run() {
  std::size_t count = 0;
  while (scheduler_.try_run_once())
    ++count;
  return count;
}

void deterministic_system::step(std::chrono::nanoseconds span) {
  time_.advance(span);
  scheduler_.advance_time(span);
  run();
}

void deterministic_system::advance(std::chrono::nanoseconds span) {
  run();
  auto& timers = scheduler_.clock();
  auto end = timers.now() + span;
  while (timers.has_pending_timeout()) {
    auto due = timers.schedule().begin()->first;
    if (due > end)
      break;
    step(std::max(std::chrono::nanoseconds{0}, std::chrono::nanoseconds{due - timers.now()}));
  }
  step(end - timers.now());
}

} // namespace troupe
