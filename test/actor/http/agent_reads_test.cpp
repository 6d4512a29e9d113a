/// What endpoints of the agent and its operator API read, while it recovers and after; stubs play the
/// agent and the containerizer.
#include "http/agent_reads.hpp"
#include "runtime/deterministic_system.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::http;

namespace {

struct stage {
  deterministic_system world;
  bool recovering = true;
  bool containers_ready = true;
  caf::actor agent;
  caf::actor containers;
  std::optional<response> answer;
  int used = 0;

  stage() {
    agent = world.actors().spawn([this] {
      return caf::behavior{[this](const get_agent_state&) -> agent_view_ptr {
        auto view = std::make_shared<agent_state_view>();
        view->recovering = recovering;
        return view;
      }};
    });
    containers = world.actors().spawn([this] {
      return caf::behavior{[this](const get_usage&) -> caf::result<usage_ptr> {
        if (!containers_ready)
          return caf::make_error(caf::sec::runtime_error, "no containers");
        return usage_ptr(std::make_shared<usage_list>());
      }};
    });
  }

  ~stage() {
    for (auto* each : {&agent, &containers}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    world.run();
  }

  agent_reads reads() {
    return {world.actors(), caf::actor_cast<agent_actor>(agent),
            caf::actor_cast<containerizer_actor>(containers)};
  }

  responder respond() {
    return responder([this](response r) { answer = std::move(r); });
  }

  void ask_state() {
    reads().with_state(respond(), [this](const agent_view_ptr&) { ++used; });
    world.run();
  }

  void ask_usage() {
    reads().with_usage(respond(), [this](const agent_state_view&, const usage_list&) { ++used; });
    world.run();
  }
};

} // namespace

TEST_CASE("reads of an agent that recovers are answered 503, afterwards they are served") {
  stage s;
  s.ask_state();
  REQUIRE(s.answer);
  CHECK(s.answer->status == 503);
  s.answer.reset();
  s.ask_usage();
  REQUIRE(s.answer);
  CHECK(s.answer->status == 503);
  CHECK(s.used == 0);
  s.answer.reset();
  s.recovering = false;
  s.ask_state();
  s.ask_usage();
  CHECK(!s.answer);
  CHECK(s.used == 2);
}

TEST_CASE("a read that a component does not answer is answered 503 with its name") {
  stage s;
  s.recovering = false;
  s.containers_ready = false;
  s.ask_usage();
  REQUIRE(s.answer);
  CHECK(s.answer->status == 503);
  CHECK(s.answer->body.find("containerizer") != std::string::npos);
  CHECK(s.used == 0);
}
