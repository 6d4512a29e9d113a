/// A state replica on virtual time; a stub plays the master.
#include "http/replica_actor.hpp"
#include "http/shared_body.hpp"
#include "runtime/deterministic_system.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <mesos/v1/master.pb.h>
#include <mesos/v1/mesos.pb.h>
#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::http;

namespace {

struct stage {
  deterministic_system world;
  int attached = 0; ///< how often the replica asked for a snapshot
  caf::actor master;
  caf::actor numbers;
  double subscribers = -1; ///< as the metric says
  replica_actor tested;
  std::vector<response> answers;

  stage() {
    master = world.actors().spawn(
        [this] { return caf::behavior{[this](const attach_replica&) { ++attached; }}; });
    numbers = world.actors().spawn([this] {
      return caf::behavior{[this](const metric_batch& batch) {
        subscribers = batch.gauges().at("master/operator_event_stream_subscribers");
      }};
    });
    tested = world.actors().spawn(replica, replica_config{.model = {}, .max_subscribers = 2},
                                  replica_neighbours{caf::actor_cast<master_actor>(master),
                                                     caf::actor_cast<metrics_actor>(numbers)});
    world.run();
  }

  ~stage() {
    caf::anon_send_exit(tested, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(master, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(numbers, caf::exit_reason::user_shutdown);
    tested = nullptr;
    master = nullptr;
    numbers = nullptr;
  }

  template <class Message>
  void tell(Message message) {
    caf::anon_send(tested, std::move(message));
    world.run();
  }

  static shared<std::vector<state_change>> framework(const std::string& id) {
    auto info = std::make_shared<mesos::v1::FrameworkInfo>();
    info->set_name(id);
    info->set_user("root");
    auto view = std::make_shared<framework_view>();
    view->id = framework_id{id};
    view->info = info;
    return std::make_shared<std::vector<state_change>>(
        std::vector<state_change>{delta::framework_changed{view}});
  }

  response ask(std::optional<std::string> if_none_match = {},
               std::optional<std::string> since = {}) {
    const auto before = answers.size();
    tell(read_state{.what = state_endpoint::state,
                    .only = {},
                    .tasks = {},
                    .since = std::move(since),
                    .if_none_match = std::move(if_none_match),
                    .respond = responder([this](response r) { answers.push_back(std::move(r)); })});
    REQUIRE(answers.size() == before + 1);
    return answers.back();
  }
};

/// A leading master with a framework.
shared<std::vector<state_change>> leading() {
  auto changes = *stage::framework("F");
  auto master = std::make_shared<master_view>();
  master->id = master_id{"M"};
  master->info = std::make_shared<mesos::v1::MasterInfo>();
  master->elected = wall_time{};
  changes.push_back(delta::master_changed{master});
  return std::make_shared<std::vector<state_change>>(std::move(changes));
}

/// An operator's stream, read by hand.
struct subscriber {
  response answer;
  std::vector<nlohmann::json> events;

  void take() {
    for (const auto& each : answer.stream->take(1u << 20).records)
      events.push_back(nlohmann::json::parse(each.text ? *each.text : each.body->text()));
  }

  std::vector<std::string> types() {
    take();
    std::vector<std::string> result;
    for (const auto& each : events)
      result.push_back(each.at("type"));
    return result;
  }
};

std::shared_ptr<subscriber> subscribe(stage& s) {
  auto result = std::make_shared<subscriber>();
  s.tell(subscribe_operator{wire::media::json,
                            responder([result](response r) { result->answer = std::move(r); })});
  return result;
}

} // namespace

TEST_CASE("a replica answers 503 until it has a snapshot, then the state with its tag") {
  stage s;
  CHECK(s.attached == 1);
  CHECK(s.ask().status == 503);
  s.tell(state_snapshot{7, stage::framework("F")});
  const auto answer = s.ask();
  CHECK(answer.status == 200);
  CHECK(*answer.headers.find("ETag") == "W/\"7\"");
  CHECK(answer.shared->text().find("\"id\":\"F\"") != std::string::npos);
}

TEST_CASE("a replica that missed a delta asks for a snapshot and answers 503 meanwhile") {
  stage s;
  s.tell(state_snapshot{7, stage::framework("F")});
  s.tell(state_delta{8, stage::framework("G")});
  CHECK(s.ask().status == 200);
  s.tell(state_delta{10, stage::framework("H")});
  CHECK(s.attached == 2);
  CHECK(s.ask().status == 503);
  s.tell(state_snapshot{10, stage::framework("H")});
  CHECK(s.ask().status == 200);
}

TEST_CASE("readers of one state share the body; those who have it get 304") {
  stage s;
  s.tell(state_snapshot{7, stage::framework("F")});
  const auto first = s.ask();
  CHECK(s.ask().shared == first.shared);
  for (const auto* tag : {"W/\"7\"", "\"7\"", "\"x\", W/\"7\"", "*"}) {
    const auto answer = s.ask(tag);
    CHECK(answer.status == 304);
    CHECK_FALSE(answer.shared);
  }
  s.tell(state_delta{8, stage::framework("G")});
  CHECK(s.ask("W/\"7\"").shared != first.shared);
}

TEST_CASE("a reader with an older state gets what changed, any other the whole") {
  stage s;
  s.tell(state_snapshot{7, stage::framework("F")});
  s.tell(state_delta{8, stage::framework("G")});
  const auto news = s.ask({}, "7").shared->text();
  CHECK(news.find("\"since\":7") != std::string::npos);
  CHECK(news.find("\"id\":\"G\"") != std::string::npos);
  CHECK(news.find("\"id\":\"F\"") == std::string::npos);
  CHECK(s.ask({}, "6").shared->text().find("\"since\"") == std::string::npos);
}

TEST_CASE("the operator API's state is made bit by bit, deltas come in between and are in it") {
  stage s;
  CHECK(s.attached == 1);
  std::vector<response> answers;
  auto ask = [&] {
    caf::anon_send(s.tested, read_v1{mesos::v1::master::Response::GET_STATE, wire::media::json,
                                     responder([&](response r) { answers.push_back(r); })});
  };
  ask();
  s.world.run();
  CHECK(answers.at(0).status == 503);
  s.tell(state_snapshot{7, stage::framework("F")});
  ask();
  s.world.run();
  CHECK(answers.at(1).status == 503); // nobody leads yet
  auto many = *leading();
  for (int i = 0; i < 1000; ++i) {
    mesos::v1::Task task;
    task.set_name("t");
    task.mutable_task_id()->set_value(std::to_string(i));
    task.mutable_framework_id()->set_value("F");
    task.mutable_agent_id()->set_value("A");
    task.set_state(mesos::v1::TASK_RUNNING);
    many.push_back(delta::task_changed{std::make_shared<const packed_task>(task)});
  }
  s.tell(state_snapshot{8, std::make_shared<std::vector<state_change>>(many)});
  ask();
  caf::anon_send(s.tested, state_delta{9, stage::framework("G")});
  s.world.run();
  REQUIRE(answers.size() == 3);
  CHECK(answers[2].content_type == "application/json");
  const auto state = nlohmann::json::parse(answers[2].shared->text()).at("get_state");
  CHECK(state.at("get_tasks").at("tasks").size() == 1000);
  CHECK(state.at("get_frameworks").at("frameworks").size() == 2);
}

TEST_CASE("a subscriber hears the state, a heartbeat, then every event and a heartbeat in time") {
  stage s;
  s.tell(state_snapshot{7, leading()});
  auto one = subscribe(s);
  CHECK(one->answer.status == 200);
  CHECK(one->answer.content_type == "application/json");
  CHECK(s.subscribers == 1);
  CHECK(one->types() == std::vector<std::string>{"SUBSCRIBED", "HEARTBEAT"});
  CHECK(one->events[0].at("subscribed").at("heartbeat_interval_seconds") == 15.0);
  s.tell(state_delta{8, stage::framework("G")});
  s.tell(state_delta{9, stage::framework("G")});
  one->take();
  REQUIRE(one->events.size() == 4);
  CHECK(one->events[2].at("type") == "FRAMEWORK_ADDED");
  CHECK(one->events[2].at("framework_added").at("framework").at("framework_info").at("name") ==
        "G");
  CHECK(one->events[3].at("type") == "FRAMEWORK_UPDATED");
  s.world.advance(std::chrono::seconds(16));
  CHECK(one->types().back() == "HEARTBEAT");
  one->answer.stream->finish(stream_end::peer);
  s.world.run();
  CHECK(s.subscribers == 0);
}

TEST_CASE("one subscriber too many takes the oldest one's place") {
  stage s;
  s.tell(state_snapshot{7, leading()});
  auto first = subscribe(s);
  auto second = subscribe(s);
  CHECK_FALSE(first->answer.stream->closed());
  auto third = subscribe(s);
  CHECK(first->answer.stream->closed());
  CHECK_FALSE(second->answer.stream->closed());
  CHECK_FALSE(third->answer.stream->closed());
  CHECK(s.subscribers == 2);
}

TEST_CASE("a replica that missed a delta closes its event streams: nobody is told half of it") {
  stage s;
  s.tell(state_snapshot{7, leading()});
  auto one = subscribe(s);
  s.tell(state_delta{9, stage::framework("G")});
  CHECK(one->answer.stream->closed());
  CHECK(s.subscribers == 0);
  auto early = subscribe(s);
  CHECK(early->answer.status == 503);
  s.tell(state_snapshot{9, leading()});
  CHECK(subscribe(s)->answer.status == 200);
}

TEST_CASE("a subscriber that reads nothing is dropped, the others hear everything") {
  stage s;
  s.tell(state_snapshot{7, leading()});
  auto idle = subscribe(s);
  auto honest = subscribe(s);
  for (std::uint64_t number = 8; !idle->answer.stream->closed(); ++number) {
    auto news = std::make_shared<std::vector<state_change>>();
    for (int i = 0; i < 20'000; ++i)
      news->push_back(stage::framework("G")->front());
    s.tell(state_delta{number, news});
    for (auto batch = honest->answer.stream->take(64u << 20); !batch.records.empty();
         batch = honest->answer.stream->take(64u << 20))
      honest->answer.stream->written(batch.bytes, batch.records.size());
    REQUIRE(number < 100);
  }
  CHECK(idle->answer.stream->overflowed());
  CHECK_FALSE(honest->answer.stream->closed());
}

TEST_CASE("what an encoding needs is given back when nobody asks for it any more") {
  stage s;
  s.tell(state_snapshot{7, leading()});
  std::vector<response> answers;
  auto ask = [&](wire::media encoding) {
    s.tell(read_v1{mesos::v1::master::Response::GET_STATE, encoding,
                   responder([&](response r) { answers.push_back(std::move(r)); })});
  };
  auto has = [&](wire::media encoding) {
    std::optional<bool> result;
    s.tell(view_state{[&](const state_model& model) {
                        result = model.has_v1(encoding);
                        return empty(200);
                      },
                      responder([](const response&) {})});
    return result.value();
  };
  CHECK_FALSE(has(wire::media::json));
  ask(wire::media::json);
  ask(wire::media::protobuf);
  s.world.advance(std::chrono::minutes(4));
  CHECK(has(wire::media::json));
  s.world.advance(std::chrono::minutes(2));
  ask(wire::media::protobuf);
  s.world.advance(std::chrono::minutes(5));
  CHECK_FALSE(has(wire::media::json));
  CHECK(has(wire::media::protobuf));
  s.world.advance(std::chrono::minutes(5));
  CHECK_FALSE(has(wire::media::protobuf));
  ask(wire::media::json);
  CHECK(answers.size() == 4);
  CHECK(answers.back().status == 200);
}
