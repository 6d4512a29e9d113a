#include "link/frame.hpp"
#include "link/handshake.hpp"

#include <troupe/link.pb.h>

#include <catch2/catch.hpp>

using namespace troupe::link;

namespace {

struct pair_of_sides {
  master_handshake master;
  agent_handshake agent;

  pair_of_sides(const std::string& masters, const std::string& agents)
      : master({"", masters}, {})
      , agent({"node-1", agents}, "test") {}

  /// Runs the handshake; gives the phases of both at the end.
  std::pair<handshake_step, handshake_step> run() {
    auto challenged = master.on(*agent.hello());
    REQUIRE(challenged.phase == handshake_phase::open);
    auto proved = agent.on(*challenged.reply);
    REQUIRE(proved.phase == handshake_phase::open);
    auto welcomed = master.on(*proved.reply);
    auto last = agent.on(*welcomed.reply);
    return {welcomed, last};
  }
};

} // namespace

TEST_CASE("sides that share a secret open the link and agree on its terms") {
  pair_of_sides sides{"secret", "secret"};
  auto [master, agent] = sides.run();
  CHECK(master.phase == handshake_phase::done);
  CHECK(agent.phase == handshake_phase::done);
  CHECK(sides.master.principal() == "node-1");
  CHECK(sides.agent.terms().credit == link_terms{}.credit);
  CHECK(sides.agent.terms().max_record_bytes == link_terms{}.max_record_bytes);
}

TEST_CASE("an agent with another secret is refused and told why") {
  pair_of_sides sides{"secret", "other"};
  auto [master, agent] = sides.run();
  CHECK(master.phase == handshake_phase::refused);
  CHECK(master.reply->has_refused());
  CHECK(agent.phase == handshake_phase::refused);
  CHECK_THAT(agent.reason, Catch::Contains("link secret differs"));
}

TEST_CASE("an agent without a secret is refused by a master that has one") {
  pair_of_sides sides{"secret", ""};
  CHECK(sides.run().first.phase == handshake_phase::refused);
}

TEST_CASE("an agent refuses a master that does not know the secret") {
  agent_handshake agent{{"", "secret"}, "test"};
  agent.hello();
  Record challenge;
  challenge.mutable_challenge()->set_version(1);
  challenge.mutable_challenge()->set_nonce(make_nonce());
  REQUIRE(agent.on(challenge).phase == handshake_phase::open);
  Record welcome;
  welcome.mutable_welcome()->set_version(1);
  welcome.mutable_welcome()->set_mac(std::string(32, 'x'));
  welcome.mutable_welcome()->set_max_record_bytes(1 << 20);
  welcome.mutable_welcome()->set_heartbeat_ms(1000);
  auto step = agent.on(welcome);
  CHECK(step.phase == handshake_phase::refused);
  CHECK_THAT(step.reason, Catch::Contains("master's link secret differs"));
}

TEST_CASE("a proof of one connection is worth nothing on another") {
  pair_of_sides first{"secret", "secret"};
  auto stolen = first.agent.on(*first.master.on(*first.agent.hello()).reply);
  master_handshake second{{"", "secret"}, {}};
  agent_handshake thief{{"node-1", ""}, "test"};
  REQUIRE(second.on(*thief.hello()).phase == handshake_phase::open);
  CHECK(second.on(*stolen.reply).phase == handshake_phase::refused);
}

TEST_CASE("records out of turn are refused") {
  master_handshake master{{}, {}};
  Record early;
  early.mutable_proof()->set_mac("x");
  CHECK(master.on(early).phase == handshake_phase::refused);
  Record work;
  work.mutable_to_master()->mutable_pong();
  CHECK(master_handshake({}, {}).on(work).phase == handshake_phase::refused);
  agent_handshake agent{{}, "test"};
  agent.hello();
  Record welcome;
  welcome.mutable_welcome()->set_version(1);
  welcome.mutable_welcome()->set_mac("x");
  welcome.mutable_welcome()->set_max_record_bytes(1);
  welcome.mutable_welcome()->set_heartbeat_ms(1);
  CHECK(agent.on(welcome).phase == handshake_phase::refused);
}

TEST_CASE("a short nonce and version zero are refused") {
  Record hello;
  hello.mutable_hello()->set_version(1);
  hello.mutable_hello()->set_nonce("short");
  CHECK(master_handshake({}, {}).on(hello).phase == handshake_phase::refused);
  hello.mutable_hello()->set_nonce(make_nonce());
  hello.mutable_hello()->set_version(0);
  CHECK(master_handshake({}, {}).on(hello).phase == handshake_phase::refused);
}

TEST_CASE("a newer agent is answered with the version both speak") {
  Record hello;
  hello.mutable_hello()->set_version(protocol_version + 7);
  hello.mutable_hello()->set_nonce(make_nonce());
  auto step = master_handshake({}, {}).on(hello);
  REQUIRE(step.reply);
  CHECK(step.reply->challenge().version() == protocol_version);
}

TEST_CASE("parts of a proof cannot be moved into each other") {
  CHECK(make_proof("s", {"agent", "ab", "c", ""}) != make_proof("s", {"agent", "a", "bc", ""}));
  CHECK(make_proof("s", {"agent", "a", "b", ""}) != make_proof("s", {"master", "a", "b", ""}));
}

TEST_CASE("a frame is the record's length in four big-endian bytes and the record") {
  Record record;
  record.mutable_refused()->set_reason(std::string(300, 'r'));
  auto bytes = make_frame(record);
  REQUIRE(bytes->size() == header_size + record.ByteSizeLong());
  CHECK(frame_length(bytes->data()) == record.ByteSizeLong());
  Record again;
  REQUIRE(again.ParseFromString(bytes->substr(header_size)));
  CHECK(again.refused().reason() == record.refused().reason());
}
