#include "agent/registration.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::agent;
using namespace std::chrono_literals;
using action = registration::action;

namespace {

struct fixture {
  random_source random{7};
  registration subject{1s, random};
  steady_time now{1h};

  /// When the next attempt is made; fails after `most`.
  std::chrono::nanoseconds wait_for_attempt() {
    const auto due = subject.next_due().value();
    const auto waited = due - now;
    now = due;
    REQUIRE(subject.due(now) == action::send);
    return waited;
  }
};

} // namespace

TEST_CASE("without a link nothing is due") {
  fixture f;
  CHECK_FALSE(f.subject.next_due());
  CHECK(f.subject.due(f.now) == action::none);
}

TEST_CASE("attempts are spread over windows that double up to a minute") {
  fixture f;
  f.subject.link_up(f.now);
  auto window = 1s;
  std::chrono::nanoseconds longest{};
  for (int i = 0; i < 200; ++i) {
    const auto waited = f.wait_for_attempt();
    CHECK(waited <= std::min(window, std::chrono::seconds{60}));
    longest = std::max(longest, waited);
    window = std::min(window * 2, std::chrono::seconds{60});
  }
  CHECK(longest > 50s);
}

TEST_CASE("a registered agent stays quiet as long as pings come") {
  fixture f;
  f.subject.link_up(f.now);
  f.subject.accepted(75s, f.now);
  for (int i = 0; i < 10; ++i) {
    f.now += 74s;
    CHECK(f.subject.due(f.now) == action::none);
    CHECK_FALSE(f.subject.pinged(true, f.now));
  }
  CHECK(f.subject.registered());
}

TEST_CASE("silence for the agreed time ends the link once") {
  fixture f;
  f.subject.link_up(f.now);
  f.subject.accepted(75s, f.now);
  CHECK(f.subject.due(f.now + 75s) == action::end_link);
  CHECK(f.subject.due(f.now + 76s) == action::none);
  CHECK(f.subject.phase() == registration_phase::disconnected);
}

TEST_CASE("a ping that disowns the agent makes it register again at once") {
  fixture f;
  f.subject.link_up(f.now);
  f.subject.accepted(75s, f.now);
  CHECK(f.subject.pinged(false, f.now));
  CHECK(f.subject.due(f.now) == action::send);
}

TEST_CASE("an answer that comes after the link broke is ignored") {
  fixture f;
  f.subject.link_up(f.now);
  f.subject.link_down();
  f.subject.accepted(75s, f.now);
  CHECK_FALSE(f.subject.registered());
}

TEST_CASE("the same seed gives the same back-offs") {
  fixture a, b;
  a.subject.link_up(a.now);
  b.subject.link_up(b.now);
  for (int i = 0; i < 20; ++i)
    CHECK(a.wait_for_attempt() == b.wait_for_attempt());
}
