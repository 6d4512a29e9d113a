#include "master/registry_codec.hpp"
#include "world.hpp"

#include <catch2/catch.hpp>

#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/scheduler.pb.h>
#include <troupe/link.pb.h>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using link::ToAgent;
using mesos::v1::TaskState;
using mesos::v1::TaskStatus;
using Capability = mesos::v1::FrameworkInfo::Capability;
using Event = mesos::v1::scheduler::Event;

namespace {

std::optional<api_answer> mark(world& w, const agent_id& agent) {
  return w.operate(R"({"type":"MARK_AGENT_GONE","mark_agent_gone":{"agent_id":{"value":")" +
                   agent.value() + "\"}}}");
}

} // namespace

TEST_CASE("an agent marked gone ends its tasks, is told to shut down, and is gone for ever") {
  bool aware = GENERATE(false, true);
  world w;
  w.start();
  auto agent = w.add_agent();
  auto info = framework_info();
  auto f = w.subscribe(aware ? with(info, Capability::PARTITION_AWARE) : info);
  w.call(f, accept(w.offer(f, agent, "cpus:2;mem:64"), {command_task("t", agent)}));
  w.forget();
  auto answer = mark(w, agent.id);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  auto op = std::get<registry_op::mark_gone>(w.all<effect::store>().back().operation);
  CHECK(op.agent == agent.id);
  CHECK(w.changes<delta::agent_removed>().size() == 1);
  auto updates = w.events(f, Event::UPDATE);
  REQUIRE(updates.size() == 1);
  const auto& status = updates[0].update().status();
  CHECK(status.state() == (aware ? TaskState::TASK_GONE_BY_OPERATOR : TaskState::TASK_LOST));
  CHECK(status.reason() == TaskStatus::REASON_AGENT_REMOVED_BY_OPERATOR);
  CHECK(w.events(f, Event::FAILURE).size() == 1);
  CHECK(w.records(agent, ToAgent::kShutdown).size() == 1);
  CHECK(w.closed_link(agent.link));
  CHECK(mark(w, agent.id)->status == 200);
}

TEST_CASE("an agent is gone only once the registry says so; meanwhile nobody may mark it again") {
  world w;
  w.start();
  auto agent = w.add_agent();
  w.store_at_once = false;
  CHECK_FALSE(mark(w, agent.id));
  CHECK(w.changes<delta::agent_removed>().empty());
  auto second = mark(w, agent.id);
  REQUIRE(second);
  CHECK(second->status == 503);
  w.finish_stores();
  CHECK(w.changes<delta::agent_removed>().size() == 1);
}

TEST_CASE("an unreachable agent can be marked gone, an unknown one cannot") {
  world w;
  w.start();
  auto agent = w.add_agent();
  w.answer_pings = false;
  w.pass(std::chrono::minutes{2});
  CHECK(w.changes<delta::agent_removed>().size() == 1);
  CHECK(mark(w, agent.id)->status == 200);
  CHECK(w.changes<delta::master_changed>().back().master->unreachable_agents == 0);
  auto unknown = mark(w, agent_id{"nope"});
  CHECK(unknown->status == 404);
  CHECK(unknown->text == "No agent found with ID nope");
}

TEST_CASE("the registry keeps who is gone apart from who is admitted or unreachable") {
  auto book = *registry_book::decode("");
  auto info = std::make_shared<mesos::v1::AgentInfo>();
  info->set_hostname("h");
  CHECK(book.apply(registry_op::admit{agent_id{"a"}, info}));
  CHECK(book.apply(registry_op::mark_unreachable{agent_id{"b"}, 5}));
  CHECK(book.apply(registry_op::mark_gone{agent_id{"a"}, 7}));
  CHECK(book.apply(registry_op::mark_gone{agent_id{"b"}, 8}));
  CHECK_FALSE(book.apply(registry_op::mark_gone{agent_id{"b"}, 9}));
  auto known = registry_book::decode(book.encode())->content();
  CHECK(known.admitted.empty());
  CHECK(known.unreachable.empty());
  CHECK(known.gone == std::map<agent_id, std::int64_t>{{agent_id{"a"}, 7}, {agent_id{"b"}, 8}});
}
