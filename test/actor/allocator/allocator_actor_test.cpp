#include "allocator/allocator_actor.hpp"

#include "allocator/sorter.hpp"
#include "allocator/sorter_actor.hpp"
#include "model/resource_text.hpp"
#include "runtime/deterministic_system.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <algorithm>

using namespace troupe;
using namespace troupe::allocator;
using namespace std::chrono_literals;

namespace {

/// A sorter of ours: who came first is served first. Counts the walks of the allocator.
class first_come final : public sorter_table {
 public:
  explicit first_come(int& walks)
      : walks_(walks) {}

  void add_client(sorter_client client, sorter_group group, std::string_view) override {
    clients_.push_back({client, group, false});
  }
  void remove_client(sorter_client client) override {
    std::erase_if(clients_, [&](const entry& e) { return e.client == client; });
  }
  void set_active(sorter_client client, bool active) override {
    for (auto& e : clients_)
      if (e.client == client)
        e.active = active;
  }
  void begin(sorter_group group) override {
    ++walks_;
    group_ = group;
    place_ = 0;
  }
  sorter_client next() override {
    while (place_ < clients_.size()) {
      const auto& e = clients_[place_++];
      if (e.active && e.group == group_)
        return e.client;
    }
    return no_client;
  }

 private:
  struct entry {
    sorter_client client;
    sorter_group group;
    bool active;
  };

  int& walks_;
  std::vector<entry> clients_;
  sorter_group group_ = 0;
  std::size_t place_ = 0;
};

offer_sink_actor::behavior_type sink(offer_sink_actor::pointer,
                                     std::vector<offers_made>* received) {
  return {[received](const offers_made& x) { received->push_back(x); }};
}

/// An allocator with a stub for its master, which collects what it is sent.
struct fixture {
  explicit fixture(allocator_config config = {}) {
    master = system.actors().spawn(sink, &received);
    actor = system.actors().spawn(hierarchical_allocator, std::move(config));
  }
  ~fixture() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(master, caf::exit_reason::user_shutdown);
    system.run();
  }

  template <class Event>
  void tell(Event event) {
    caf::anon_send(actor, std::move(event));
    system.run();
  }
  void start() { tell(start_allocator{master}); }
  void add_framework_in(const std::string& role, const std::string& name = "f") {
    add_framework event;
    event.framework = framework_id(name);
    event.options.roles = {role};
    tell(event);
  }
  void add_agent_with(const std::string& text, const std::string& name = "s") {
    add_agent event;
    event.agent = agent_id(name);
    event.total = *parse_resources(text);
    tell(event);
  }
  void give_back(const allocation& offer, std::optional<std::chrono::nanoseconds> filter = {}) {
    tell(recover_resources{offer.framework, offer.agent, offer.offered.allocated_to_role(offer.role), filter});
  }
  /// All offers since the last call.
  std::vector<allocation> offers() {
    std::vector<allocation> result;
    for (auto& batch : std::exchange(received, {}))
      result.insert(result.end(), batch.offers.begin(), batch.offers.end());
    return result;
  }

  deterministic_system system;
  std::vector<offers_made> received;
  offer_sink_actor master;
  metered_allocator_actor actor;
};

} // namespace

TEST_CASE("offers arrive at once when a framework and an agent are there") {
  fixture f;
  f.start();
  f.add_framework_in("dev");
  f.add_agent_with("cpus:4;mem:100");
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
  f.start();
  f.add_framework_in("dev");
  f.add_agent_with("cpus:4");
  f.system.advance(500ms);
  auto offer = f.offers().at(0);
  f.give_back(offer);
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
}

TEST_CASE("who declines without a filter is asked again by the next batch") {
  fixture f;
  f.start();
  f.add_framework_in("dev");
  f.add_agent_with("cpus:4");
  f.system.advance(1500ms);
  f.give_back(f.offers().at(0), 0s);
  f.system.advance(499ms);
  CHECK(f.received.empty());
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
}

TEST_CASE("a decline filter ends in virtual time, with the first batch after it") {
  fixture f;
  f.start();
  f.add_framework_in("dev");
  f.add_agent_with("cpus:4");
  f.system.advance(100ms);
  f.give_back(f.offers().at(0), 5s);
  f.system.advance(5s - 1ms);
  CHECK(f.received.empty());
  f.system.advance(1s);
  CHECK(f.offers().size() == 1);
}

TEST_CASE("revive ends a filter at once") {
  fixture f;
  f.start();
  f.add_framework_in("dev");
  f.add_agent_with("cpus:4");
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

TEST_CASE("sorters lend their tables while cycles follow each other, and get them back in a quiet interval") {
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

TEST_CASE("the metrics hear of cycles, and ask the allocator for its gauges") {
  deterministic_system system;
  auto runs = std::make_shared<double>(-1);
  auto samples = std::make_shared<std::size_t>(0);
  auto sources = std::make_shared<int>(0);
  auto collector = [=](metrics_actor::pointer) -> metrics_actor::behavior_type {
    return {[=](const metric_batch& batch) {
              auto counted = batch.counters().find("allocator/mesos/allocation_runs");
              *runs = (*runs < 0 ? 0 : *runs) + counted->second;
              *samples += batch.samples().size();
            },
            [=](const add_gauge_source&) { ++*sources; },
            [=](const get_metrics&) { return metrics_snapshot{}; }};
  };
  allocator_config config;
  config.metrics = system.actors().spawn(collector);
  auto numbers = config.metrics;
  std::vector<offers_made> received;
  auto master = system.actors().spawn(sink, &received);
  auto actor = system.actors().spawn(hierarchical_allocator, std::move(config));
  system.run();
  CHECK(*runs == 0);
  CHECK(*sources == 1);
  add_framework framework;
  framework.framework = framework_id("f");
  framework.options.roles = {"dev"};
  caf::anon_send(actor, framework);
  add_agent agent;
  agent.agent = agent_id("s");
  agent.total = *parse_resources("cpus:4");
  caf::anon_send(actor, agent);
  caf::anon_send(actor, start_allocator{master});
  system.run();
  system.advance(5s);
  CHECK(received.size() == 1);
  CHECK(*runs == 1);
  CHECK(*samples == 2);
  for (auto part : {caf::actor_cast<caf::actor>(actor), caf::actor_cast<caf::actor>(master),
                    caf::actor_cast<caf::actor>(numbers)})
    caf::anon_send_exit(part, caf::exit_reason::user_shutdown);
  system.run();
}

TEST_CASE("the allocator's gauges tell of the cluster, quotas, filters and shares") {
  fixture f;
  caf::scoped_actor self{f.system.actors()};
  auto ask = [&] {
    gauge_values result;
    auto answer = self->request(f.actor, caf::infinite, get_gauges{});
    f.system.run();
    answer.receive([&](gauge_values& values) { result = std::move(values); },
                   [](const caf::error&) {});
    return result;
  };
  f.start();
  f.add_framework_in("dev");
  f.add_agent_with("cpus:4;mem:100");
  f.system.advance(1ms);
  f.give_back(f.offers().at(0), 1h);
  quantities two{{"cpus", quantity::from_milli(2'000)}};
  f.tell(set_quota{"ops", two, two});
  auto values = ask();
  CHECK(values.at("allocator/mesos/resources/cpus/total") == 4);
  CHECK(values.at("allocator/mesos/resources/cpus/offered_or_allocated") == 0);
  CHECK(values.at("allocator/mesos/offer_filters/roles/dev/active") == 1);
  CHECK(values.at("allocator/mesos/roles/dev/shares/dominant") == 0);
  CHECK(values.at("allocator/mesos/quota/roles/ops/resources/cpus/guarantee") == 2);
  CHECK(values.at("allocator/mesos/quota/roles/ops/resources/cpus/offered_or_allocated") == 0);
  CHECK(values.at("allocator/mesos/event_queue_dispatches") >= 0);
  f.tell(set_quota{"ops", {}, {}});
  f.tell(revive_offers{framework_id("f"), {}});
  f.system.advance(1ms);
  values = ask();
  CHECK(values.at("allocator/mesos/resources/cpus/offered_or_allocated") == 4);
  CHECK(values.at("allocator/mesos/roles/dev/shares/dominant") == 1);
  CHECK(values.at("allocator/mesos/offer_filters/roles/dev/active") == 0);
}

TEST_CASE("an operator's conversion is answered: done, or why not") {
  fixture f;
  f.start();
  f.add_agent_with("cpus:4");
  caf::scoped_actor self{f.system.actors()};
  auto ask = [&](const std::string& before) {
    auto from = *parse_resources(before);
    reservation mine;
    mine.role = "dev";
    std::string refused = "no answer";
    auto answer = self->request(f.actor, caf::infinite,
                                convert_available{agent_id("s"), from, from.pushed_reservation(mine)});
    f.system.run();
    answer.receive([&](const conversion_outcome& outcome) { refused = outcome.refused; },
                   [](const caf::error&) {});
    return refused;
  };
  CHECK(ask("cpus:3") == "");
  CHECK(ask("cpus:2") == "agent s: not all of cpus:2 is free: what is free is cpus:1; cpus(dev):3");
}

TEST_CASE("quotas reach the cycle through the actor, and its sorter of quota roles") {
  fixture f;
  f.add_framework_in("dev", "f");
  f.add_framework_in("ops", "g");
  f.add_agent_with("cpus:8;mem:100");
  quantities two{{"cpus", quantity::from_milli(2'000)}};
  f.tell(set_quota{"ops", two, two});
  f.start();
  f.system.advance(1ms);
  auto offers = f.offers();
  REQUIRE(offers.size() == 2);
  CHECK(offers[0].role == "ops");
  CHECK(offers[0].offered.cpus() == quantity::from_milli(2'000));
  CHECK(offers[1].role == "dev");
  CHECK(offers[1].offered.cpus() == quantity::from_milli(6'000));
}

TEST_CASE("the first quota may come while the other sorters' tables are lent") {
  fixture f;
  f.add_framework_in("dev", "f");
  f.start();
  f.add_agent_with("cpus:1;mem:100", "s0");
  f.system.advance(1ms);
  CHECK(f.offers().size() == 1);
  f.add_framework_in("ops", "g");
  quantities two{{"cpus", quantity::from_milli(2'000)}};
  f.tell(set_quota{"ops", two, two});
  f.add_agent_with("cpus:8;mem:100", "s1");
  f.system.advance(1ms);
  auto offers = f.offers();
  REQUIRE(offers.size() == 2);
  CHECK(offers[0].role == "ops");
  CHECK(offers[0].offered.cpus() == quantity::from_milli(2'000));
  CHECK(offers[1].role == "dev");
}
