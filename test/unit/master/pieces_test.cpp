#include "master/deadlines.hpp"
#include "master/history.hpp"
#include "master/registry_codec.hpp"
#include "master/traits.hpp"

#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;

namespace {

agent_info_ptr info_of(const std::string& hostname) {
  auto info = std::make_shared<mesos::v1::AgentInfo>();
  info->set_hostname(hostname);
  return info;
}

steady_time at(int seconds) {
  return steady_time{std::chrono::seconds{seconds}};
}

} // namespace

TEST_CASE("deadlines pop in time order, then by kind and id, and only when due") {
  deadlines timers;
  timers.arm(timer::offer_expiry, "b", at(5));
  timers.arm(timer::agent_ping, "z", at(5));
  timers.arm(timer::offer_expiry, "a", at(3));
  CHECK(timers.next() == at(3));
  CHECK(!timers.pop(at(2)));
  CHECK(timers.pop(at(9))->id == "a");
  CHECK(timers.pop(at(9))->id == "z");
  CHECK(timers.pop(at(9))->id == "b");
  CHECK(!timers.pop(at(9)));
}

TEST_CASE("a deadline that is armed again has moved, one that is disarmed never comes") {
  deadlines timers;
  timers.arm(timer::agent_ping, "a", at(1));
  timers.arm(timer::agent_ping, "a", at(5));
  CHECK(timers.next() == at(5));
  timers.disarm(timer::agent_ping, "a");
  timers.disarm(timer::agent_ping, "never armed");
  CHECK(!timers.next());
}

TEST_CASE("a history forgets the oldest, and an entry put again is the youngest") {
  history<int, char> remembered;
  CHECK(remembered.put(1, 'a', 2).empty());
  CHECK(remembered.put(2, 'b', 2).empty());
  CHECK(remembered.put(1, 'c', 2).empty());
  CHECK(remembered.put(3, 'd', 2) == std::vector<char>{'b'});
  std::string order;
  remembered.for_each([&](int, char c) { order += c; });
  CHECK(order == "cd");
  CHECK(remembered.erase(1) == 'c');
  CHECK(!remembered.contains(1));
  CHECK(!remembered.erase(1));
}

TEST_CASE("an agent's address is read from its pid") {
  auto address = parse_pid("slave(1)@10.0.0.7:5051");
  REQUIRE(address);
  CHECK(address->path == "/slave(1)");
  CHECK(address->ip == "10.0.0.7");
  CHECK(address->port == 5051);
  for (std::string bad : {"", "slave(1)", "@1.2.3.4:1", "s@:1", "s@1.2.3.4",
                          "s@1.2.3.4:", "s@1.2.3.4:x", "s@1.2.3.4:70000"})
    CHECK(!parse_pid(bad));
}

TEST_CASE("an empty store is the registry of a new cluster") {
  auto book = registry_book::decode("");
  REQUIRE(book);
  CHECK(book->content().admitted.empty());
}

TEST_CASE("the registry survives its bytes, with what every operation did to it") {
  auto book = *registry_book::decode("");
  book.set_leader("m1");
  agent_id a{"a"}, b{"b"}, c{"c"};
  CHECK(book.apply(registry_op::admit{a, info_of("ha")}));
  CHECK(book.apply(registry_op::admit{b, info_of("hb")}));
  CHECK(book.apply(registry_op::admit{c, info_of("hc")}));
  CHECK(book.apply(registry_op::mark_unreachable{b, 77}));
  CHECK(book.apply(registry_op::remove{c}));
  CHECK(book.apply(registry_op::update{a, info_of("ha2")}));
  auto again = registry_book::decode(book.encode());
  REQUIRE(again);
  auto content = again->content();
  CHECK(content.leader == "m1");
  REQUIRE(content.admitted.size() == 1);
  CHECK(content.admitted.at(a)->hostname() == "ha2");
  CHECK(content.admitted.at(a)->id().value() == "a");
  CHECK(content.unreachable == std::map<agent_id, std::int64_t>{{b, 77}});
  CHECK(again->apply(registry_op::mark_reachable{b, info_of("hb")}));
  CHECK(again->content().admitted.size() == 2);
  CHECK(again->content().unreachable.empty());
}

TEST_CASE("unreachable agents are forgotten when they are too old or too many") {
  auto book = *registry_book::decode("");
  book.set_bounds({2, std::chrono::seconds{100}});
  auto second = [](int n) { return std::int64_t{n} * 1000000000; };
  book.apply(registry_op::mark_unreachable{agent_id{"a"}, second(0)});
  book.apply(registry_op::mark_unreachable{agent_id{"b"}, second(90)});
  book.apply(registry_op::mark_unreachable{agent_id{"c"}, second(101)});
  CHECK(
      book.content().unreachable ==
      std::map<agent_id, std::int64_t>{{agent_id{"b"}, second(90)}, {agent_id{"c"}, second(101)}});
  book.apply(registry_op::mark_unreachable{agent_id{"d"}, second(102)});
  CHECK(!book.content().unreachable.contains(agent_id{"b"}));
  CHECK(book.content().unreachable.size() == 2);
}

TEST_CASE("an operation that changes nothing says so") {
  auto book = *registry_book::decode("");
  agent_id a{"a"};
  book.apply(registry_op::admit{a, info_of("h")});
  CHECK(!book.apply(registry_op::admit{a, info_of("h")}));
  CHECK(!book.apply(registry_op::mark_reachable{a, info_of("h")}));
  CHECK(!book.apply(registry_op::remove{agent_id{"nobody"}}));
}

TEST_CASE("fields of a newer master outlive a store by this one") {
  stored::Registry newer;
  newer.set_leader("m0");
  newer.GetReflection()->MutableUnknownFields(&newer)->AddVarint(900, 42);
  auto* entry = newer.add_agents();
  entry->mutable_info()->set_hostname("h");
  entry->mutable_info()->mutable_id()->set_value("a");
  entry->GetReflection()->MutableUnknownFields(entry)->AddVarint(901, 43);
  auto book = registry_book::decode(newer.SerializeAsString());
  REQUIRE(book);
  book->apply(registry_op::admit{agent_id{"b"}, info_of("hb")});
  book->apply(registry_op::update{agent_id{"a"}, info_of("h2")});
  stored::Registry written;
  REQUIRE(written.ParseFromString(book->encode()));
  CHECK(written.GetReflection()->GetUnknownFields(written).field(0).varint() == 42);
  const auto& kept = written.agents(0);
  CHECK(kept.info().hostname() == "h2");
  CHECK(kept.GetReflection()->GetUnknownFields(kept).field(0).varint() == 43);
}

TEST_CASE("damaged registry bytes are refused with a reason") {
  auto book = registry_book::decode("\xff\xff\xff");
  REQUIRE(!book);
  CHECK(book.error().find("damaged") != std::string::npos);
  stored::Registry nameless;
  nameless.add_agents()->mutable_info()->set_hostname("h");
  book = registry_book::decode(nameless.SerializeAsString());
  REQUIRE(!book);
  CHECK(book.error().find("has no id") != std::string::npos);
}
