#include "allocator/cycle_schedule.hpp"

#include <catch2/catch.hpp>

using namespace troupe::allocator;
using namespace std::chrono_literals;
using work = cycle_schedule::work;

namespace {

const cycle_schedule::time start{1h};

} // namespace

TEST_CASE("nothing is due before the start") {
  cycle_schedule schedule(1s, 1ms);
  schedule.request();
  CHECK(schedule.take(start + 1h) == work::none);
  CHECK_FALSE(schedule.wake_up());
}

TEST_CASE("a batch is due one interval after the end of the one before") {
  cycle_schedule schedule(1s, 1ms);
  schedule.start(start);
  CHECK(schedule.wake_up() == start + 1s);
  CHECK(schedule.take(start + 999ms) == work::none);
  CHECK(schedule.take(start + 1s) == work::batch);
  CHECK(schedule.take(start + 3s) == work::none);
  schedule.finish(start + 1500ms);
  CHECK(schedule.take(start + 2499ms) == work::none);
  CHECK(schedule.take(start + 2500ms) == work::batch);
}

TEST_CASE("a request is served at once, the next ones after the gap and together") {
  cycle_schedule schedule(1s, 10ms);
  schedule.start(start);
  schedule.request();
  CHECK(schedule.take(start) == work::event_cycle);
  schedule.request();
  CHECK(schedule.take(start + 1ms) == work::none); // one runs
  schedule.finish(start + 2ms);
  schedule.request();
  CHECK(schedule.take(start + 11ms) == work::none);
  CHECK(schedule.wake_up() == start + 12ms);
  CHECK(schedule.take(start + 12ms) == work::event_cycle);
  schedule.finish(start + 12ms);
  CHECK(schedule.take(start + 30ms) == work::none);
}

TEST_CASE("after a long cycle the next event waits as long as that one took") {
  cycle_schedule schedule(10s, 1ms);
  schedule.start(start);
  schedule.request();
  CHECK(schedule.take(start) == work::event_cycle);
  schedule.finish(start + 50ms);
  schedule.request();
  CHECK(schedule.take(start + 99ms) == work::none);
  CHECK(schedule.wake_up() == start + 100ms);
  CHECK(schedule.take(start + 100ms) == work::event_cycle);
}

TEST_CASE("requests do not put a batch off") {
  cycle_schedule schedule(1s, 600ms);
  schedule.start(start);
  for (auto at : {0ms, 600ms}) {
    schedule.request();
    CHECK(schedule.take(start + at) == work::event_cycle);
    schedule.finish(start + at);
  }
  schedule.request();
  CHECK(schedule.take(start + 1s) == work::batch);
  schedule.finish(start + 1s);
  CHECK(schedule.take(start + 1900ms) == work::none); // the batch has served the request
}
