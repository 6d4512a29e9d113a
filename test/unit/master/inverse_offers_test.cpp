/// Frameworks are asked to leave agents whose machines are planned to be away.
#include "world.hpp"

#include <catch2/catch.hpp>
#include <mesos/v1/allocator.pb.h>
#include <mesos/v1/master.pb.h>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::allocator::InverseOfferStatus;
using std::chrono::seconds;

namespace {

using names = std::vector<std::string>;

/// The agent's machine will be away from this second on; nothing: it will not be.
void plan(world& w, const std::string& start) {
  auto windows = start.empty()
                     ? std::string()
                     : R"({"machine_ids":[{"hostname":"agent1"}],"unavailability":{"start":)"
                       R"({"nanoseconds":)" +
                           start + "}}}";
  auto answer = w.operate(R"({"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":)"
                          R"({"schedule":{"windows":[)" +
                          windows + "]}}}");
  REQUIRE(answer);
  REQUIRE(answer->status == 200);
}

/// An agent that will be away, and a framework.
struct planned : world {
  explicit planned(core_config config = default_config())
      : world(std::move(config)) {
    start();
    agent = add_agent("agent1", usual_resources, "slave(1)@10.0.0.7:5051");
    f = subscribe(framework_info());
    plan(*this, "2000");
    forget();
  }

  worker agent;
  scheduler f;
};

Call answer_with(Call::Type type, const names& ids, std::optional<double> refuse_seconds = {}) {
  Call call;
  call.set_type(type);
  auto fill = [&](auto& member) {
    for (const auto& id : ids)
      member.add_inverse_offer_ids()->set_value(id);
    if (refuse_seconds)
      member.mutable_filters()->set_refuse_seconds(*refuse_seconds);
  };
  if (type == Call::ACCEPT_INVERSE_OFFERS)
    fill(*call.mutable_accept_inverse_offers());
  else
    fill(*call.mutable_decline_inverse_offers());
  return call;
}

names rescinded(const world& w, const scheduler& f) {
  names ids;
  for (const auto& event : w.events(f, Event::RESCIND_INVERSE_OFFER))
    ids.push_back(event.rescind_inverse_offer().inverse_offer_id().value());
  return ids;
}

/// What readers were told last of an agent, as `framework:ANSWER`.
names answers(const world& w) {
  auto changes = w.changes<delta::inverse_answers_changed>();
  REQUIRE(!changes.empty());
  names result;
  for (const auto& answer : changes.back().answers)
    result.push_back(answer->framework_id().value() + ":" +
                     InverseOfferStatus::Status_Name(answer->status()));
  return result;
}

} // namespace

TEST_CASE("an inverse offer says which agent will be away, and when") {
  planned w;
  auto ids = w.ask_to_leave(w.f, w.agent);
  CHECK(ids == names{"m-O0"});
  auto events = w.events(w.f, Event::INVERSE_OFFERS);
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].inverse_offers().inverse_offers_size() == 1);
  auto offer = events[0].inverse_offers().inverse_offers(0);
  CHECK(offer.id().value() == "m-O0");
  CHECK(offer.url().path() == "/slave(1)");
  CHECK(offer.url().address().hostname() == "agent1");
  CHECK(offer.url().address().ip() == "10.0.0.7");
  CHECK(offer.url().address().port() == 5051);
  CHECK(offer.framework_id().value() == w.f.id.value());
  CHECK(offer.agent_id().value() == w.agent.id.value());
  CHECK(offer.unavailability().start().nanoseconds() == 2000);
  CHECK(offer.resources_size() == 0);
  CHECK(w.counter("master/frameworks/test/" + w.f.id.value() + "/events/inverse_offers") == 1);
  CHECK(w.offer(w.f, w.agent, "cpus:1") == names{"m-O1"});
}

TEST_CASE("inverse offers of one cycle reach a framework as one event") {
  planned w;
  auto other = w.add_agent("agent1", world::usual_resources, "slave(1)@10.0.0.8:5051");
  w.take(w.core.inverse_offers({{w.f.id, w.agent.id}, {w.f.id, other.id}}, w.now));
  REQUIRE(w.events(w.f, Event::INVERSE_OFFERS).size() == 1);
  CHECK(w.events(w.f, Event::INVERSE_OFFERS)[0].inverse_offers().inverse_offers_size() == 2);
}

TEST_CASE("the allocator hears of absences of agents that are there, and of those that come") {
  world w;
  w.start();
  w.add_agent("agent1");
  w.add_agent("agent2");
  CHECK(w.told_allocator<plan_absence>().empty());
  plan(w, "2000");
  w.add_agent("agent1");
  auto told = w.told_allocator<plan_absence>();
  REQUIRE(told.size() == 2);
  CHECK((told[0].agent.value() == "m-S0" && told[0].away));
  CHECK((told[1].agent.value() == "m-S2" && told[1].away));
  plan(w, "3000");
  CHECK(w.told_allocator<plan_absence>().size() == 4);
  plan(w, "3000"); // the same again changes nothing
  CHECK(w.told_allocator<plan_absence>().size() == 4);
  plan(w, "");
  told = w.told_allocator<plan_absence>();
  REQUIRE(told.size() == 6);
  CHECK(!told.back().away);
}

TEST_CASE("an answer ends the inverse offer, is remembered, and filters for five seconds") {
  planned w;
  auto ids = w.ask_to_leave(w.f, w.agent);
  auto type = GENERATE(Call::ACCEPT_INVERSE_OFFERS, Call::DECLINE_INVERSE_OFFERS);
  CHECK(w.call(w.f, answer_with(type, ids)).status == 202);
  auto ended = w.told_allocator<end_inverse_offer>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].framework == w.f.id);
  CHECK(ended[0].agent == w.agent.id);
  CHECK(ended[0].filter == seconds{5});
  bool accepted = type == Call::ACCEPT_INVERSE_OFFERS;
  CHECK(answers(w) == names{w.f.id.value() + (accepted ? ":ACCEPT" : ":DECLINE")});
  auto change = w.changes<delta::inverse_answers_changed>().back();
  CHECK(change.agent == w.agent.id);
  CHECK(change.hostname == "agent1");
  CHECK(change.ip == "10.0.0.7");
  CHECK(change.answers[0]->timestamp().nanoseconds() == w.now.wall.time_since_epoch().count());
  CHECK(w.changes<delta::inverse_offer_removed>().at(0).offer.value() == ids[0]);
  // It is the answer that ended it.
  CHECK(rescinded(w, w.f).empty());
  auto calls = std::string(accepted ? "accept" : "decline") + "_inverse_offers";
  CHECK(w.counter("master/frameworks/test/" + w.f.id.value() + "/calls/" + calls) == 1);
}

TEST_CASE("the filter of an answer is the framework's; zero is none") {
  planned w;
  w.call(w.f, answer_with(Call::ACCEPT_INVERSE_OFFERS, w.ask_to_leave(w.f, w.agent), 60));
  w.call(w.f, answer_with(Call::DECLINE_INVERSE_OFFERS, w.ask_to_leave(w.f, w.agent), 0));
  auto ended = w.told_allocator<end_inverse_offer>();
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].filter == seconds{60});
  CHECK(!ended[1].filter);
  CHECK(answers(w) == names{w.f.id.value() + ":DECLINE"});
}

TEST_CASE("answers to what is not the framework's, or no more, or to nothing, change nothing") {
  planned w;
  auto ids = w.ask_to_leave(w.f, w.agent);
  auto other = w.subscribe(framework_info("other"));
  CHECK(w.call(other, answer_with(Call::ACCEPT_INVERSE_OFFERS, ids)).status == 202);
  CHECK(w.call(w.f, answer_with(Call::DECLINE_INVERSE_OFFERS, {"m-O77"})).status == 202);
  CHECK(w.call(w.f, answer_with(Call::ACCEPT_INVERSE_OFFERS, {})).status == 202);
  CHECK(w.told_allocator<end_inverse_offer>().empty());
  CHECK(w.changes<delta::inverse_answers_changed>().empty());
  // Named twice, it is answered once.
  w.call(w.f, answer_with(Call::ACCEPT_INVERSE_OFFERS, {ids[0], ids[0]}));
  CHECK(w.told_allocator<end_inverse_offer>().size() == 1);
  // An offer is none.
  w.call(w.f, answer_with(Call::DECLINE_INVERSE_OFFERS, w.offer(w.f, w.agent, "cpus:1")));
  CHECK(w.told_allocator<recover_resources>().empty());
}

TEST_CASE("a new time rescinds inverse offers and forgets answers, and so does none") {
  planned w;
  auto g = w.subscribe(framework_info("other"));
  auto ids = w.ask_to_leave(w.f, w.agent);
  w.call(g, answer_with(Call::ACCEPT_INVERSE_OFFERS, w.ask_to_leave(g, w.agent)));
  CHECK(answers(w) == names{g.id.value() + ":ACCEPT"});
  w.forget();
  plan(w, "2000");
  CHECK(rescinded(w, w.f).empty());
  plan(w, GENERATE("3000", ""));
  CHECK(rescinded(w, w.f) == ids);
  CHECK(answers(w).empty());
  CHECK(w.counter("master/frameworks/test/" + w.f.id.value() + "/events/rescind_inverse_offer") ==
        1);
}

TEST_CASE("an inverse offer goes with its agent, and the agent's answers") {
  planned w;
  auto g = w.subscribe(framework_info("other"));
  auto ids = w.ask_to_leave(w.f, w.agent);
  w.call(g, answer_with(Call::DECLINE_INVERSE_OFFERS, w.ask_to_leave(g, w.agent)));
  w.break_link(w.agent);
  CHECK(rescinded(w, w.f) == ids);
  CHECK(!w.told_allocator<end_inverse_offer>().back().filter);
  w.pass(std::chrono::minutes{11});
  CHECK(w.changes<delta::agent_removed>().size() == 1);
  for (const auto& change : w.core.snapshot())
    CHECK(!std::holds_alternative<delta::inverse_answers_changed>(change));
}

TEST_CASE(
    "an inverse offer of a disconnected framework ends untold, its answer stays until it goes") {
  planned w;
  w.call(w.f, answer_with(Call::ACCEPT_INVERSE_OFFERS, w.ask_to_leave(w.f, w.agent)));
  auto ids = w.ask_to_leave(w.f, w.agent);
  w.forget();
  SECTION("its stream ends") {
    w.end_stream(w.f);
    CHECK(w.changes<delta::inverse_answers_changed>().empty());
    w.teardown(w.f.id);
  }
  SECTION("another scheduler takes over") {
    auto later = w.resubscribe(w.f, framework_info());
    CHECK(rescinded(w, later).empty());
    CHECK(w.changes<delta::inverse_answers_changed>().empty());
    w.teardown(w.f.id);
  }
  SECTION("it is torn down") {
    w.teardown(w.f.id);
  }
  CHECK(rescinded(w, w.f).empty());
  CHECK(w.changes<delta::inverse_offer_removed>().at(0).offer.value() == ids[0]);
  CHECK(w.told_allocator<end_inverse_offer>().size() == 1);
  CHECK(answers(w).empty());
}

TEST_CASE("an inverse offer that waits too long is rescinded without a filter") {
  auto config = world::default_config();
  config.offer_timeout = seconds{30};
  planned w(config);
  auto ids = w.ask_to_leave(w.f, w.agent);
  w.pass(seconds{29});
  CHECK(rescinded(w, w.f).empty());
  w.pass(seconds{1});
  CHECK(rescinded(w, w.f) == ids);
  CHECK(!w.told_allocator<end_inverse_offer>().at(0).filter);
  CHECK(w.call(w.f, answer_with(Call::ACCEPT_INVERSE_OFFERS, ids)).status == 202);
  CHECK(w.changes<delta::inverse_answers_changed>().empty());
}

TEST_CASE("what the allocator decided before it heard the latest ends there, or is asked already") {
  planned w;
  auto ids = w.ask_to_leave(w.f, w.agent);
  CHECK(w.ask_to_leave(w.f, w.agent).empty());
  CHECK(w.told_allocator<end_inverse_offer>().empty());
  auto void_now = [&](const scheduler& of, const worker& on) {
    w.forget();
    CHECK(w.ask_to_leave(of, on).empty());
    auto ended = w.told_allocator<end_inverse_offer>();
    REQUIRE(ended.size() == 1);
    CHECK((ended[0].framework == of.id && ended[0].agent == on.id && !ended[0].filter));
  };
  void_now({framework_id{"unknown"}, 0, ""}, w.agent);
  void_now(w.f, {agent_id{"unknown"}, 0});
  auto gone = w.subscribe(framework_info("gone"));
  w.end_stream(gone);
  void_now(gone, w.agent);
  void_now(w.f, w.add_agent("agent2"));
  w.break_link(w.agent);
  void_now(w.f, w.agent);
}

TEST_CASE("readers that come later see open inverse offers and answers") {
  planned w;
  auto g = w.subscribe(framework_info("other"));
  w.ask_to_leave(w.f, w.agent);
  w.call(g, answer_with(Call::ACCEPT_INVERSE_OFFERS, w.ask_to_leave(g, w.agent)));
  std::size_t offers = 0, told = 0;
  for (const auto& change : w.core.snapshot()) {
    offers += std::holds_alternative<delta::inverse_offer_added>(change);
    if (const auto* x = std::get_if<delta::inverse_answers_changed>(&change))
      told += x->answers.size();
  }
  CHECK(offers == 1);
  CHECK(told == 1);
}
