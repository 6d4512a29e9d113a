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

  /// The handlers answer 200 when they get what they asked for.
  responder respond() {
    return responder([this](response r) { answer = std::move(r); });
  }

  int state_status() {
    const auto reply = respond();
    reads().with_state(reply, [reply](const agent_view_ptr&) { reply(empty(200)); });
    world.run();
    return answer ? std::exchange(answer, {})->status : 0;
  }

  int usage_status() {
    const auto reply = respond();
    reads().with_usage(reply,
                       [reply](const agent_state_view&, const usage_list&) { reply(empty(200)); });
    world.run();
    return answer ? std::exchange(answer, {})->status : 0;
  }
};

} // namespace

TEST_CASE("reads of an agent that recovers are answered 503, afterwards they are served") {
  stage s;
  CHECK(s.state_status() == 503);
  CHECK(s.usage_status() == 503);
  s.recovering = false;
  CHECK(s.state_status() == 200);
  CHECK(s.usage_status() == 200);
}

TEST_CASE("a read that the containerizer does not answer is answered 503") {
  stage s;
  s.recovering = false;
  s.containers_ready = false;
  CHECK(s.state_status() == 200);
  CHECK(s.usage_status() == 503);
}
