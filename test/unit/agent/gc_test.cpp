#include "agent/gc.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::agent;
using namespace std::chrono_literals;

namespace {
const steady_time t0{100h};
}

TEST_CASE("a path is due after the delay and only once") {
  gc_schedule gc{10h, 0.1};
  gc.schedule("a", t0);
  CHECK(gc.next_due() == t0 + 10h);
  CHECK(gc.due(t0 + 10h - 1ns).empty());
  CHECK(gc.due(t0 + 10h) == std::vector<std::string>{"a"});
  CHECK(gc.due(t0 + 20h).empty());
  CHECK(gc.size() == 0);
}

TEST_CASE("a full disk shortens the age: delay times what is free beyond the headroom") {
  gc_schedule gc{10h, 0.1};
  gc.schedule("a", t0);
  gc.disk_usage(0.4);
  CHECK(gc.allowed_age() == 5h);
  CHECK(gc.next_due() == t0 + 5h);
  gc.disk_usage(0.95);
  CHECK(gc.allowed_age() == 0h);
  CHECK(gc.due(t0).size() == 1);
}

TEST_CASE("the oldest go first") {
  gc_schedule gc{10h, 0};
  gc.schedule("b", t0 + 1h);
  gc.schedule("a", t0);
  CHECK(gc.due(t0 + 24h) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a path that is used again is not deleted") {
  gc_schedule gc{10h, 0};
  gc.schedule("a", t0);
  gc.unschedule("a");
  CHECK_FALSE(gc.next_due());
  CHECK(gc.due(t0 + 24h).empty());
}

TEST_CASE("scheduling twice keeps the first time") {
  gc_schedule gc{10h, 0};
  gc.schedule("a", t0);
  gc.schedule("a", t0 + 5h);
  CHECK(gc.next_due() == t0 + 10h);
}
