#include "test/actor/allocator/allocator_stage.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::allocator;
using namespace std::chrono_literals;

TEST_CASE("offers arrive at once when a framework and an agent are there") {
  fixture f;
  f.start_with_one_of_each("cpus:4;mem:100");
  f.system.advance(1ms);
  auto offers = f.offers();
  REQUIRE(offers.size() == 1);
  CHECK(offers[0].framework == framework_id("f"));
  CHECK(offers[0].role == "dev");
  CHECK(offers[0].agent == agent_id("s"));
  CHECK(offers[0].offered == *parse_resources("cpus:4;mem:100"));
}

TEST_CASE("nothing is offered before the start, all that came before it then") {
  fixture f;
  f.add_framework_in("dev");
  f.add_agent_with("cpus:4");
  f.system.advance(5s);
  CHECK(f.received.empty());
  f.start();
  CHECK(f.offers().size() == 1);
}

TEST_CASE("a master never hears of an empty cycle") {
  fixture f;
  f.start();
  f.add_agent_with("cpus:4");
  f.system.advance(10s);
  CHECK(f.received.empty());
}

TEST_CASE("what comes back is offered within the gap, without waiting for the batch") {
  fixture f;
  f.start_with_one_of_each();
  f.system.advance(500ms);
  auto offer = f.offers().at(0);
  f.give_back(offer);
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
}

TEST_CASE("who declines without a filter is asked again by the next batch") {
  fixture f;
  f.start_with_one_of_each();
  f.system.advance(1500ms);
  f.give_back(f.offers().at(0), 0s);
  f.system.advance(499ms);
  CHECK(f.received.empty());
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
}

TEST_CASE("no cycle falls between the parts of what one call declines") {
  allocator_config config;
  config.event_gap = 0s;
  fixture f(config);
  f.start();
  f.add_framework_in("dev", "f");
  f.add_agent_with("cpus:4", "s1");
  f.add_agent_with("cpus:4", "s2");
  f.system.advance(100ms);
  auto all_of_f = f.offers();
  REQUIRE(all_of_f.size() == 2);
  f.add_framework_in("dev", "g");
  f.give_back(all_of_f, 1h);
  f.system.advance(1ms);
  REQUIRE(f.received.size() == 1);
  auto offers = f.offers();
  CHECK(offers.size() == 2);
  CHECK(std::all_of(offers.begin(), offers.end(),
                    [](const auto& o) { return o.framework == framework_id("g"); }));
}

TEST_CASE("a decline filter ends in virtual time, with the first batch after it") {
  fixture f;
  f.start_with_one_of_each();
  f.system.advance(100ms);
  f.give_back(f.offers().at(0), 5s);
  f.system.advance(5s - 1ms);
  CHECK(f.received.empty());
  f.system.advance(1s);
  CHECK(f.offers().size() == 1);
}

TEST_CASE("revive ends a filter at once") {
  fixture f;
  f.start_with_one_of_each();
  f.system.advance(100ms);
  f.give_back(f.offers().at(0), 1h);
  f.tell(suppress_offers{framework_id("f"), {}});
  f.tell(revive_offers{framework_id("f"), {"dev"}});
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
}

TEST_CASE("events within the gap share one cycle") {
  int role_walks = 0;
  int framework_walks = 0;
  allocator_config config;
  config.event_gap = 100ms;
  config.make_role_sorter = [&](caf::actor_system& system) {
    return spawn_sorter(system, std::make_shared<first_come>(role_walks));
  };
  config.make_framework_sorter = [&](caf::actor_system& system) {
    return spawn_sorter(system, std::make_shared<first_come>(framework_walks));
  };
  fixture f(config);
  f.start();
  f.add_framework_in("b", "late");
  f.add_framework_in("a", "f");
  f.system.advance(200ms);
  f.add_agent_with("cpus:1", "s0"); // served at once
  for (int i = 1; i <= 10; ++i)
    f.add_agent_with("cpus:1", "s" + std::to_string(i));
  CHECK(f.received.size() == 1);
  f.system.advance(100ms);
  CHECK(f.received.size() == 2);
  auto offers = f.offers();
  CHECK(offers.size() == 11);
  // An embedder's sorters were asked: the role that came first gets everything.
  CHECK(std::all_of(offers.begin(), offers.end(), [](const auto& o) { return o.role == "b"; }));
  CHECK(role_walks == 11);
  CHECK(framework_walks == 11);
}

TEST_CASE("sorters lend their tables while cycles follow each other, and get them back in a quiet "
          "interval") {
  sorter_actor role_sorter;
  allocator_config config;
  config.policy.allocation_interval = 1s;
  int walks = 0;
  config.make_role_sorter = [&](caf::actor_system& system) {
    auto made = spawn_sorter(system, std::make_shared<first_come>(walks));
    return role_sorter = role_sorter ? role_sorter : made; // the second is that of quota roles
  };
  fixture f(config);
  auto is_lent = [&] {
    caf::scoped_actor asker{f.system.actors()};
    auto answer = asker->request(role_sorter, caf::infinite, lend_atom::value);
    f.system.run();
    bool lent = true;
    answer.receive(
        [&](share_table& table) {
          lent = false;
          caf::anon_send(role_sorter, std::move(table));
        },
        [](const caf::error&) {});
    f.system.run();
    return lent;
  };
  f.add_framework_in("dev");
  f.add_agent_with("cpus:1");
  CHECK_FALSE(is_lent());
  f.start();
  CHECK(is_lent());
  f.give_back(f.offers().at(0));
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
  CHECK(is_lent());
  f.system.advance(2s);
  CHECK_FALSE(is_lent());
  f.add_agent_with("cpus:1", "s2"); // and it learns of what it missed
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
  role_sorter = nullptr;
}

TEST_CASE("weights and sorter kinds of the configuration reach the sorters") {
  allocator_config config;
  config.weights = {{"heavy", 3.0}};
  fixture f(config);
  f.add_framework_in("heavy", "h");
  f.add_framework_in("light", "l");
  for (int i = 0; i < 8; ++i)
    f.add_agent_with("cpus:1", "s" + std::to_string(i));
  f.start();
  auto offers = f.offers();
  CHECK(std::count_if(offers.begin(), offers.end(),
                      [](const auto& o) { return o.role == "heavy"; }) == 6);
}

TEST_CASE("with random sorters everything is offered, too") {
  allocator_config config;
  config.role_sorter = sorter_kind::random;
  config.framework_sorter = sorter_kind::random;
  fixture f(config);
  f.add_framework_in("a", "f");
  f.add_framework_in("b", "g");
  for (int i = 0; i < 20; ++i)
    f.add_agent_with("cpus:1", "s" + std::to_string(i));
  f.start();
  auto offers = f.offers();
  CHECK(offers.size() == 20);
  auto to_f =
      std::count_if(offers.begin(), offers.end(), [](const auto& o) { return o.role == "a"; });
  CHECK(to_f > 0);
  CHECK(to_f < 20);
}

TEST_CASE("the same seed gives the same offers in the same order") {
  auto run = [] {
    allocator_config config;
    config.policy.seed = 99;
    config.role_sorter = sorter_kind::random;
    fixture f(config);
    f.add_framework_in("a", "f");
    f.add_framework_in("b", "g");
    for (int i = 0; i < 20; ++i)
      f.add_agent_with("cpus:1", "s" + std::to_string(i));
    f.start();
    std::string text;
    for (const auto& offer : f.offers())
      text += offer.agent.value() + ">" + offer.role + " ";
    return text;
  };
  auto once = run();
  CHECK(once == run());
  CHECK_FALSE(once.empty());
}

TEST_CASE("a sorter that dies takes the allocator with it") {
  int walks = 0;
  sorter_actor lost;
  allocator_config config;
  config.make_role_sorter = [&](caf::actor_system& system) {
    return lost = spawn_sorter(system, std::make_shared<first_come>(walks));
  };
  fixture f(config);
  f.system.run();
  caf::scoped_actor watcher{f.system.actors()};
  watcher->monitor(f.actor);
  caf::anon_send_exit(lost, caf::exit_reason::kill);
  f.system.run();
  bool ended = false;
  watcher->receive([&](const caf::down_msg& down) { ended = down.source == f.actor.address(); },
                   caf::after(0s) >> [] {});
  CHECK(ended);
  lost = nullptr;
}
