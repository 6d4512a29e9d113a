#include "runtime/deterministic_system.hpp"
#include "runtime/system.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

caf::behavior idle(caf::event_based_actor*) {
  return {[](caf::put_atom) {}};
}

caf::behavior ticking(caf::event_based_actor* self, int* ticks, std::chrono::nanoseconds period) {
  self->delayed_send(self, period, caf::tick_atom::value);
  return {[=](caf::tick_atom) {
    ++*ticks;
    self->delayed_send(self, period, caf::tick_atom::value);
  }};
}

caf::behavior crashing(caf::event_based_actor*) {
  return {[](caf::put_atom) { throw std::runtime_error("broken"); }};
}

} // namespace

TEST_CASE("a timer that re-arms itself fires at each of its moments in virtual time") {
  deterministic_system system;
  int ticks = 0;
  auto timer = system.actors().spawn(ticking, &ticks, 100ms);
  auto before = system.time().steady();
  system.advance(1h);
  CHECK(ticks == 36'000);
  CHECK(system.time().steady() - before == 1h);
  caf::anon_send_exit(timer, caf::exit_reason::user_shutdown);
}

TEST_CASE("virtual wall time and actor timers stay together") {
  deterministic_system system;
  int ticks = 0;
  auto timer = system.actors().spawn(ticking, &ticks, 7ms);
  system.advance(6ms);
  CHECK(ticks == 0);
  system.advance(1ms);
  CHECK(ticks == 1);
  caf::anon_send_exit(timer, caf::exit_reason::user_shutdown);
}

TEST_CASE("an actor system is set up to share workers fairly") {
  caf::actor_system_config config;
  configure_system(config, {.workers = 3});
  CHECK(caf::get_or(config, "scheduler.max-threads", std::size_t{0}) == 3);
  CHECK(caf::get_or(config, "scheduler.max-throughput", std::size_t{0}) <= 300);
  CHECK(caf::get_or(config, "scheduler.policy", caf::atom("")) == caf::atom("sharing"));
}

TEST_CASE("a system with network stops in order and ends") {
  real_clock time;
  caf::actor_system_config config;
  configure_system(config, {.network = true});
  caf::actor_system system{config};
  auto keeper = system.spawn(supervisor, std::cref<troupe::clock>(time), end_process);
  auto part = supervise(keeper, "part", system.spawn(idle));
  CHECK(stop_system(system, keeper));
}

TEST_CASE("a daemon whose component throws exits with code 70") {
  auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // What the dying component prints belongs to no test.
    if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
      _exit(1);
    real_clock time;
    caf::actor_system_config config;
    configure_system(config);
    caf::actor_system system{config};
    auto keeper = system.spawn(supervisor, std::cref<troupe::clock>(time), end_process);
    auto part = supervise(keeper, "part", system.spawn(crashing));
    caf::anon_send(part, caf::put_atom::value);
    alarm(20);
    for (;;)
      pause();
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == component_died_exit_code);
}
