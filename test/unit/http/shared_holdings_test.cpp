#include "http/shared_holdings.hpp"

#include "client.hpp"

#include <catch2/catch.hpp>

#include <atomic>

using namespace http_test;

namespace {

fragment part(std::size_t size) {
  return std::make_shared<const body_part>(std::string(size, 'x'));
}

shared_body_ptr body(std::vector<fragment> parts) {
  return std::make_shared<const shared_body>(std::move(parts));
}

router small_router() {
  router r("master");
  r.get("master", "/version", [](const request&) { return json("{}"); });
  return r;
}

struct big_answers {
  static constexpr std::size_t size = 8u << 20;
  std::atomic<bool> always_new{true};
  shared_body_ptr same = body({part(size)});
  std::unique_ptr<server> running;

  big_answers() {
    auto routes = small_router();
    routes.get("master", "/big",
               [this](const request&) { return json(always_new ? body({part(size)}) : same); });
    server_config config;
    config.address = "127.0.0.1";
    config.max_buffered = 8 * size;
    running = std::make_unique<server>(config, std::move(routes));
    REQUIRE(running->start());
  }

  std::unique_ptr<client> slow_reader() const {
    auto c = std::make_unique<client>(running->port(), 4096);
    c->send(get("/big"));
    c->until("\r\n\r\n");
    return c;
  }
};

} // namespace

TEST_CASE("a part counts once, however many bodies and readers have it") {
  auto budget = std::make_shared<memory_budget>(1000);
  auto holdings = std::make_shared<shared_holdings>(budget, 500);
  const auto a = part(100);
  const auto b = part(50);
  auto first = holdings->hold(body({a, b}));
  const auto again = body({a});
  auto second = holdings->hold(again);
  auto third = holdings->hold(again);
  CHECK(holdings->bytes() == 150);
  CHECK(budget->used() == 150);
  CHECK(second->parts()[0] == a);
  first.reset();
  CHECK(holdings->bytes() == 100);
  second.reset();
  CHECK(holdings->bytes() == 100);
  third.reset();
  CHECK(budget->used() == 0);
  CHECK(holdings->hold(nullptr) == nullptr);
}

TEST_CASE("past its bound the rest of the budget stays free") {
  auto budget = std::make_shared<memory_budget>(1000);
  auto holdings = std::make_shared<shared_holdings>(budget, 500);
  auto held = holdings->hold(body({part(800)}));
  CHECK(holdings->over());
  CHECK(budget->used() == 500);
  held.reset();
  CHECK_FALSE(holdings->over());
  CHECK(budget->used() == 0);
}

TEST_CASE("readers that hold too many states are cut off, the slowest first; others are served") {
  big_answers s;
  std::vector<std::unique_ptr<client>> slow;
  for (int i = 0; i < 8; ++i)
    slow.push_back(s.slow_reader());
  CHECK(eventually([&] { return s.running->stats().evicted >= 4; }));
  CHECK(eventually(
      [&] { return s.running->stats().buffered <= 4 * big_answers::size + (1u << 20); }));
  client quick(s.running->port());
  CHECK(quick.ask(get("/big")).body.size() == big_answers::size);
  CHECK(quick.ask(get("/version")).status == 200);
  bool reset = false;
  CHECK(slow.front()->rest(&reset).size() < big_answers::size);
  CHECK(slow.back()->bytes(1u << 20).size() == 1u << 20);
  slow.clear();
  CHECK(eventually([&] { return s.running->stats().buffered < 1000; }));
}

TEST_CASE("any number of slow readers of one state is welcome") {
  big_answers s;
  s.always_new = false;
  std::vector<std::unique_ptr<client>> slow;
  for (int i = 0; i < 20; ++i)
    slow.push_back(s.slow_reader());
  CHECK(s.running->stats().evicted == 0);
  CHECK(s.running->stats().buffered >= big_answers::size);
  CHECK(s.running->stats().buffered < 2 * big_answers::size);
}
