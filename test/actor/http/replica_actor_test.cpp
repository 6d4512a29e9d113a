/// A state replica on virtual time; a stub plays the master.
#include "http/replica_actor.hpp"
#include "http/shared_body.hpp"
#include "runtime/deterministic_system.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>
#include <mesos/v1/mesos.pb.h>

using namespace troupe;
using namespace troupe::http;

namespace {

struct stage {
  deterministic_system world;
  int attached = 0; ///< how often the replica asked for a snapshot
  caf::actor master;
  replica_actor tested;
  std::vector<response> answers;

  stage() {
    master = world.actors().spawn([this] {
      return caf::behavior{[this](const attach_replica&) { ++attached; }};
    });
    tested = world.actors().spawn(replica, state_model_config{},
                                  caf::actor_cast<master_actor>(master));
    world.run();
  }

  ~stage() {
    caf::anon_send_exit(tested, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(master, caf::exit_reason::user_shutdown);
    tested = nullptr;
    master = nullptr;
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
