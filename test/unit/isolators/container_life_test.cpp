#include "isolators/container_life.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace troupe::isolators;
using phase = container_phase;
using event = container_event;

namespace {

phase after(std::vector<event> events, phase now = phase::preparing) {
  for (const auto what : events)
    now = next(now, what);
  return now;
}

const phase all_phases[] = {phase::preparing, phase::fetching, phase::creating,  phase::isolating,
                            phase::starting,  phase::running,  phase::unwinding, phase::killing,
                            phase::cleaning,  phase::gone};
const event all_events[] = {event::step_done, event::step_failed, event::started, event::ended,
                            event::destroy};

} // namespace

TEST_CASE("a container that nothing happens to goes through every phase once") {
  const auto done = event::step_done;
  CHECK(after({done}) == phase::fetching);
  CHECK(after({done, done}) == phase::creating);
  CHECK(after({done, done, done}) == phase::isolating);
  CHECK(after({done, done, done, done}) == phase::starting);
  CHECK(after({done, done, done, done, event::started}) == phase::running);
  CHECK(after({done, done, done, done, event::started, event::ended}) == phase::cleaning);
  CHECK(after({done, done, done, done, event::started, event::ended, done}) == phase::gone);
}

TEST_CASE("a failed step ends in killing, which a container without a process passes at once") {
  for (const auto now : {phase::preparing, phase::fetching, phase::creating, phase::isolating})
    CHECK(next(now, event::step_failed) == phase::killing);
  CHECK(next(phase::killing, event::ended) == phase::cleaning);
}

TEST_CASE("destroying in the middle of a step waits for the step's answer") {
  for (const auto now : {phase::preparing, phase::fetching, phase::creating, phase::isolating}) {
    CHECK(after({event::destroy}, now) == phase::unwinding);
    CHECK(after({event::destroy, event::step_done}, now) == phase::killing);
    CHECK(after({event::destroy, event::step_failed}, now) == phase::killing);
    CHECK(after({event::destroy, event::ended, event::step_done}, now) == phase::killing);
  }
}

TEST_CASE("a start that failed ends in cleaning") {
  CHECK(next(phase::starting, event::ended) == phase::cleaning);
}

TEST_CASE("a running container is killed when destroyed and cleaned when it ends") {
  CHECK(next(phase::running, event::destroy) == phase::killing);
  CHECK(next(phase::running, event::ended) == phase::cleaning);
}

TEST_CASE("a late start does not bring a dying container back") {
  for (const auto now : {phase::killing, phase::cleaning, phase::gone, phase::unwinding})
    CHECK(next(now, event::started) == now);
}

TEST_CASE("no event leads back, and gone is the end") {
  for (const auto now : all_phases) {
    for (const auto what : all_events)
      CHECK(next(now, what) >= now);
  }
  for (const auto what : all_events)
    CHECK(next(phase::gone, what) == phase::gone);
}

TEST_CASE("from every phase a destroyed container gets to its end") {
  for (const auto now : all_phases)
    CHECK(after({event::destroy, event::step_done, event::ended, event::step_done}, now) ==
          phase::gone);
}
