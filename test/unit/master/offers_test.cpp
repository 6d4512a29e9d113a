#include "world.hpp"

#include "master/offers.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using Capability = mesos::v1::FrameworkInfo::Capability;
using std::chrono::seconds;

namespace {

mesos::v1::Offer only_offer(const world& w, const scheduler& f) {
  auto events = w.events(f, Event::OFFERS);
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].offers().offers_size() == 1);
  return events[0].offers().offers(0);
}

} // namespace

TEST_CASE("an offer names its agent as clients expect") {
  world w;
  w.start();
  auto agent = w.add_agent("host1", world::usual_resources, "slave(1)@10.0.0.7:5051");
  auto f = w.subscribe(framework_info());
  CHECK(w.offer(f, agent, "cpus:2;ports:[31000-31001]") == std::vector<std::string>{"m-O0"});
  auto offer = only_offer(w, f);
  CHECK(offer.agent_id().value() == "m-S0");
  CHECK(offer.hostname() == "host1");
  CHECK(offer.url().scheme() == "http");
  CHECK(offer.url().address().ip() == "10.0.0.7");
  CHECK(offer.url().address().hostname() == "host1");
  CHECK(offer.url().address().port() == 5051);
  CHECK(offer.url().path() == "/slave(1)");
}

TEST_CASE("a framework without MULTI_ROLE sees no allocation info and the old reservation format") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.offer(f, agent, "cpus:2");
  auto offer = only_offer(w, f);
  CHECK(!offer.has_allocation_info());
  CHECK(!offer.resources(0).has_allocation_info());
  CHECK(offer.resources(0).role() == "*");
  CHECK(offer.resources(0).reservations_size() == 0);
}

TEST_CASE("a framework with the new capabilities sees allocation info and reservation stacks") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(with(multi_role_info({"eng"}), Capability::RESERVATION_REFINEMENT));
  w.offer(f, agent, "cpus(eng):2", "eng");
  auto offer = only_offer(w, f);
  CHECK(offer.allocation_info().role() == "eng");
  CHECK(offer.resources(0).allocation_info().role() == "eng");
  CHECK(!offer.resources(0).has_role());
  REQUIRE(offer.resources(0).reservations_size() == 1);
  CHECK(offer.resources(0).reservations(0).role() == "eng");
}

TEST_CASE("ephemeral ports are never shown") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.offer(f, agent, "cpus:2;ephemeral_ports:[40000-40010]");
  CHECK(only_offer(w, f).resources_size() == 1);
}

TEST_CASE("offers of one cycle reach a framework as one event") {
  world w;
  w.start();
  auto one = w.add_agent("a");
  auto two = w.add_agent("b");
  auto f = w.subscribe(framework_info());
  w.take(w.core.offers(
      {{f.id, "*", one.id, allocated("cpus:1")}, {f.id, "*", two.id, allocated("cpus:1")}}, w.now));
  auto events = w.events(f, Event::OFFERS);
  REQUIRE(events.size() == 1);
  CHECK(events[0].offers().offers_size() == 2);
}

TEST_CASE("what can't be offered any more goes straight back") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.end_stream(f);
  CHECK(w.offer(f, agent, "cpus:2").empty());
  REQUIRE(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.told_allocator<recover_resources>()[0].returned == allocated("cpus:2"));
}

TEST_CASE("DECLINE gives the resources back with the filter asked for") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  auto call = decline(w.offer(f, agent, "cpus:2"));
  call.mutable_decline()->mutable_filters()->set_refuse_seconds(3);
  CHECK(w.call(f, call).status == 202);
  REQUIRE(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.told_allocator<recover_resources>()[0].filter == seconds{3});
  CHECK(w.changes<delta::offer_removed>().size() == 1);
  CHECK(w.events(f, Event::RESCIND).empty());
  CHECK(w.call(f, call).status == 202);
  CHECK(w.told_allocator<recover_resources>().size() == 1);
}

TEST_CASE("DECLINE of many offers is one message to the allocator, with every part's filter") {
  world w;
  w.start();
  auto f = w.subscribe(framework_info());
  std::vector<std::string> offers;
  for (auto host : {"a", "b", "c"})
    offers.push_back(w.offer(f, w.add_agent(host), "cpus:2").at(0));
  auto call = decline(offers);
  call.mutable_decline()->mutable_filters()->set_refuse_seconds(3);
  w.forget();
  CHECK(w.call(f, call).status == 202);
  REQUIRE(w.all<effect::tell_allocator>().size() == 1);
  auto parts = w.told_allocator<recover_resources>();
  REQUIRE(parts.size() == 3);
  for (const auto& part : parts)
    CHECK(part.filter == seconds{3});
}

TEST_CASE("a framework can't decline another one's offer") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  auto other = w.subscribe(framework_info());
  CHECK(w.call(other, decline(w.offer(f, agent, "cpus:2"))).status == 202);
  CHECK(w.told_allocator<recover_resources>().empty());
}

TEST_CASE("refuse_seconds is brought into its bounds") {
  auto filter = [](double value) {
    mesos::v1::Filters filters;
    filters.set_refuse_seconds(value);
    return filter_of(filters);
  };
  CHECK(filter_of({}) == seconds{5});
  CHECK(filter(0) == std::nullopt);
  CHECK(filter(-1) == seconds{5});
  CHECK(filter(std::numeric_limits<double>::quiet_NaN()) == seconds{5});
  CHECK(filter(1e12) == std::chrono::hours{365 * 24});
  CHECK(filter(0.5) == std::chrono::milliseconds{500});
}

TEST_CASE("an offer that waits too long is rescinded") {
  auto config = world::default_config();
  config.offer_timeout = seconds{30};
  world w(config);
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  auto ids = w.offer(f, agent, "cpus:2");
  w.pass(seconds{29});
  CHECK(w.events(f, Event::RESCIND).empty());
  w.pass(seconds{1});
  REQUIRE(w.events(f, Event::RESCIND).size() == 1);
  CHECK(w.events(f, Event::RESCIND)[0].rescind().offer_id().value() == ids[0]);
  CHECK(!w.told_allocator<recover_resources>()[0].filter);
}

TEST_CASE("a disconnected agent's offers are rescinded") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.offer(f, agent, "cpus:2");
  w.break_link(agent);
  CHECK(w.events(f, Event::RESCIND).size() == 1);
  CHECK(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.told_allocator<deactivate_agent>().size() == 1);
}

TEST_CASE("readers see an offer with its role, whatever its framework sees") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.offer(f, agent, "cpus:2");
  CHECK(w.changes<delta::offer_added>()[0].offer->allocation_info().role() == "*");
}
