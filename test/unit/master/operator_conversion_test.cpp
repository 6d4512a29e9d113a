#include "operations.hpp"

#include "model/resource_text.hpp"

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::TaskState;
using ToAgent = troupe::link::ToAgent;

namespace {

/// One agent; a framework of role ops; the test is operator and allocator.
struct stage {
  stage() {
    w.start();
    f = w.subscribe(multi_role_info({"ops"}));
    agent = w.add_agent();
  }

  request_id ask(const Operation& operation, const std::string& principal = "") {
    auto id = next_++;
    w.take(w.core.convert(id, {agent.id, std::make_shared<const Operation>(operation), principal},
                          w.now));
    return id;
  }
  void answer(request_id id, const std::string& refused = "") {
    w.take(w.core.conversion_answered(id, refused, w.now));
  }
  /// Asked and found free.
  void done(const Operation& operation) {
    auto id = ask(operation);
    answer(id);
    REQUIRE(answered(id)->status == 202);
  }
  std::optional<api_answer> answered(request_id id) const {
    std::optional<api_answer> result;
    for (const auto& x : w.all<effect::answer>())
      if (x.request == id) {
        CHECK_FALSE(result);
        result = x.outcome;
      }
    return result;
  }
  std::size_t questions() const { return w.all<effect::ask_allocator>().size(); }
  resources total() const { return shown_total(w, agent.id); }

  world w;
  scheduler f;
  worker agent;

 private:
  request_id next_ = 1;
};

const resources one_cpu{reserved(scalar("cpus", 1), "ops")};

} // namespace

TEST_CASE("an operator's reservation is done when the allocator has done it") {
  stage s;
  auto id = s.ask(reserve(one_cpu));
  auto asked = s.w.all<effect::ask_allocator>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].id == id);
  CHECK(asked[0].question.agent == s.agent.id);
  CHECK(asked[0].question.before == resources{scalar("cpus", 1)});
  CHECK(asked[0].question.after == one_cpu);
  CHECK_FALSE(s.answered(id));
  CHECK(s.total().reserved().empty());

  s.answer(id);
  REQUIRE(s.answered(id));
  CHECK(s.answered(id)->status == 202);
  CHECK(s.total().reserved("ops") == one_cpu);
  CHECK(told_to_remember(s.w, s.agent) == one_cpu);
}

TEST_CASE("invalid requests of operators are answered 400 and change nothing") {
  stage s;
  s.done(reserve({reserved(scalar("disk", 100), "ops")}));
  s.done(create({volume("v1", 50, "ops")}));
  const auto before = s.total();
  const std::string place = " on agent m-S0 at slave(1)@10.0.0.1:5051 (agent1): ";
  struct sample {
    Operation operation;
    std::string text;
  };
  auto bad = GENERATE_COPY(values<sample>({
      {reserve({scalar("cpus", 1)}),
       "Invalid RESERVE operation" + place + "Resource cpus:1 is not dynamically reserved"},
      {create({volume("v1", 50, "ops")}),
       "Invalid CREATE operation" + place + "Persistence ID 'v1' is not unique"},
      {destroy({volume("v2", 50, "ops")}),
       "Invalid DESTROY operation: Persistent volumes not found"},
      {launch({}), "The operation LAUNCH does not convert resources"},
  }));
  auto questions = s.questions();
  auto id = s.ask(bad.operation);
  REQUIRE(s.answered(id));
  CHECK(s.answered(id)->status == 400);
  CHECK(s.answered(id)->text == bad.text);
  CHECK(s.total() == before);
  CHECK(s.questions() == questions);
}

TEST_CASE("an unknown agent is 400, one without a link 409") {
  stage s;
  s.w.break_link(s.agent);
  auto away = s.ask(reserve(one_cpu));
  CHECK(s.answered(away)->status == 409);
  s.agent.id = agent_id{"nope"};
  auto unknown = s.ask(reserve(one_cpu));
  CHECK(s.answered(unknown)->status == 400);
  CHECK(s.answered(unknown)->text == "No agent found with specified ID");
}

TEST_CASE("409 says what there is, and withdraws nothing for nothing") {
  stage s;
  auto offers = s.w.offer(s.f, s.agent, "cpus:4", "ops");
  s.w.forget();
  auto id = s.ask(reserve({reserved(scalar("cpus", 99), "ops")}));
  REQUIRE(s.answered(id));
  CHECK(s.answered(id)->status == 409);
  CHECK(s.answered(id)->text.find("cpus:4; ") == 0);
  CHECK(s.answered(id)->text.find(" does not contain cpus:99") != std::string::npos);
  CHECK(s.w.events(s.f, Event::RESCIND).empty());
}

TEST_CASE("what tasks use is not there for an operator") {
  stage s;
  auto offers = s.w.offer(s.f, s.agent, "cpus:4;mem:512", "ops");
  s.w.call(s.f, test::accept(offers, {launch({command_task("t", s.agent, "cpus:3.5;mem:64")})}));
  auto id = s.ask(reserve(one_cpu));
  CHECK(s.answered(id)->status == 409);
  s.w.say(s.agent.link, test::update(s.f, "t", TaskState::TASK_FINISHED, uuid('f')));
  s.done(reserve(one_cpu));
}

TEST_CASE("as many offers as needed are withdrawn for an operator, and not offered again at once") {
  stage s;
  auto first = s.w.offer(s.f, s.agent, "cpus:2", "ops");
  auto second = s.w.offer(s.f, s.agent, "cpus:1.5", "ops");
  auto other = s.w.offer(s.f, s.agent, "mem:100", "ops");
  s.w.forget();
  s.done(reserve(one_cpu));
  auto rescinded = s.w.events(s.f, Event::RESCIND);
  REQUIRE(rescinded.size() == 1);
  CHECK(rescinded[0].rescind().offer_id().value() == first.at(0));
  auto back = s.w.told_allocator<recover_resources>();
  REQUIRE(back.size() == 1);
  CHECK(back[0].filter == std::chrono::seconds{5});
}

TEST_CASE("a refusal by the allocator is followed by another try, but not for ever") {
  stage s;
  auto id = s.ask(reserve(one_cpu));
  auto offers = s.w.offer(s.f, s.agent, "cpus:4", "ops"); // was on its way
  s.answer(id, "cpus:0 does not contain cpus:1");
  CHECK(s.w.events(s.f, Event::RESCIND).size() == 1);
  CHECK(s.questions() == 2);
  s.answer(id, "cpus:0 does not contain cpus:1");
  CHECK_FALSE(s.answered(id));
  s.answer(id, "cpus:0 does not contain cpus:1");
  REQUIRE(s.answered(id));
  CHECK(s.answered(id)->status == 409);
  CHECK(s.answered(id)->text == "cpus:0 does not contain cpus:1");
  CHECK(s.total().reserved().empty());
}

TEST_CASE("two conversions under way do not count the same resources or name the same volume") {
  stage s;
  s.done(reserve({reserved(scalar("disk", 100), "ops")}));
  auto first = s.ask(create({volume("v1", 60, "ops")}));
  auto same = s.ask(create({volume("v1", 40, "ops")}));
  CHECK(s.answered(same)->status == 400);
  auto too_much = s.ask(create({volume("v2", 60, "ops")}));
  CHECK(s.answered(too_much)->status == 409);
  s.answer(first);
  CHECK(s.total().persistent_volumes() == resources{volume("v1", 60, "ops")});
}

TEST_CASE("an agent that leaves while the allocator thinks is 409") {
  stage s;
  auto id = s.ask(reserve(one_cpu));
  link::ToMaster bye;
  bye.mutable_unregister()->mutable_agent_id()->set_value(s.agent.id.value());
  s.w.say(s.agent.link, bye);
  s.answer(id);
  REQUIRE(s.answered(id));
  CHECK(s.answered(id)->status == 409);
}

TEST_CASE("an agent does not come back while a conversion of it is under way") {
  stage s;
  auto id = s.ask(reserve(one_cpu));
  link::ToMaster record;
  auto* again = record.mutable_reregister()->mutable_registration();
  *again = registration("agent1", world::usual_resources, "slave(1)@10.0.0.1:5051");
  again->mutable_agent()->mutable_id()->set_value(s.agent.id.value());
  s.w.break_link(s.agent);
  s.agent.link = s.w.open_link();
  s.w.say(s.agent.link, record);
  CHECK(s.w.records(s.agent, ToAgent::kRegistered).empty());
  s.answer(id);
  CHECK(s.answered(id)->status == 202);
  s.w.say(s.agent.link, record);
  CHECK(s.w.records(s.agent, ToAgent::kRegistered).size() == 1);
  CHECK(told_to_remember(s.w, s.agent) == one_cpu);
}

TEST_CASE("an authenticated operator reserves in the own name") {
  stage s;
  auto wrong = s.ask(reserve(one_cpu), "alice");
  CHECK(s.answered(wrong)->status == 400);
  auto right = s.ask(reserve({reserved(scalar("cpus", 1), "ops", "alice")}), "alice");
  CHECK_FALSE(s.answered(right));
}

TEST_CASE("a master that does not lead yet answers operators 503") {
  world w;
  w.take(w.core.convert(1, {agent_id{"a"}, std::make_shared<const Operation>(reserve(one_cpu)), ""},
                        w.now));
  auto answers = w.all<effect::answer>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].outcome.status == 503);
}
