#include "state_fixture.hpp"

#include "http/operator_news.hpp"
#include "wire/json.hpp"

#include <random>

using namespace state_test;
using v1::master::Event;
using v1::master::Response;

namespace {

struct news_fixture : fixture {
  std::vector<Event> seen;

  std::vector<Event> tell(std::vector<state_change> changes) {
    operator_news news(model);
    auto list = std::make_shared<std::vector<state_change>>(std::move(changes));
    REQUIRE(model.apply({++number, list}, [&](const auto& each) { news.before(each); }));
    auto events = news.events();
    for (const auto& each : events)
      CHECK_FALSE(wire::to_json(each).empty());
    seen.insert(seen.end(), events.begin(), events.end());
    return events;
  }

  std::vector<Event::Type> types(std::vector<state_change> changes) {
    std::vector<Event::Type> result;
    for (const auto& each : tell(std::move(changes)))
      result.push_back(each.type());
    return result;
  }
};

using kinds = std::vector<Event::Type>;

packed_task_ptr
with_status(const packed_task& before, v1::TaskState state, const std::string& uuid,
            v1::TaskStatus::Reason reason = v1::TaskStatus::REASON_COMMAND_EXECUTOR_FAILED) {
  auto progress = before.unpack_progress();
  progress.set_state(state);
  auto* status = progress.add_statuses();
  status->mutable_task_id()->set_value(std::string(before.task()));
  status->set_state(state);
  status->set_uuid(uuid);
  status->set_reason(reason);
  return std::make_shared<const packed_task>(before.after(progress));
}

} // namespace

TEST_CASE("agents and frameworks are told when they come, change and go") {
  news_fixture f;
  CHECK(f.types({delta::agent_changed{agent("A")}}) == kinds{Event::AGENT_ADDED});
  CHECK(f.seen[0].agent_added().agent().agent_info().id().value() == "A");
  CHECK(f.seen[0].agent_added().agent().total_resources_size() == 5);
  CHECK(f.types({delta::agent_changed{agent("A")}}).empty());
  CHECK(f.types({delta::framework_changed{framework("F")}}) == kinds{Event::FRAMEWORK_ADDED});
  CHECK(f.types({delta::framework_changed{framework("F")}}) == kinds{Event::FRAMEWORK_UPDATED});
  CHECK(f.types({delta::framework_completed{framework("F")}}) == kinds{Event::FRAMEWORK_REMOVED});
  CHECK(f.seen.back().framework_removed().framework_info().id().value() == "F");
  CHECK(f.types({delta::agent_removed{agent_id{"A"}}}) == kinds{Event::AGENT_REMOVED});
  CHECK(f.types({delta::agent_removed{agent_id{"A"}}}).empty());
}

TEST_CASE("a task is told when it comes and when its state or newest status says something new") {
  news_fixture f;
  f.start();
  auto fresh = task("t", v1::TASK_STAGING)->unpack();
  fresh.clear_statuses();
  const auto staging = packed(fresh);
  CHECK(f.types({delta::task_changed{staging}}) == kinds{Event::TASK_ADDED});
  const auto running = with_status(*staging, v1::TASK_RUNNING, "1");
  CHECK(f.types({delta::task_changed{running}}) == kinds{Event::TASK_UPDATED});
  CHECK(f.seen.back().task_updated().status().uuid() == "1");
  CHECK(f.seen.back().task_updated().state() == v1::TASK_RUNNING);
  CHECK(f.seen.back().task_updated().framework_id().value() == "F");
  const auto again = with_status(*running, v1::TASK_RUNNING, "2");
  CHECK(f.types({delta::task_changed{again}}).empty());
  const auto healthy = with_status(*again, v1::TASK_RUNNING, "3",
                                   v1::TaskStatus::REASON_TASK_HEALTH_CHECK_STATUS_UPDATED);
  CHECK(f.types({delta::task_changed{healthy}}) == kinds{Event::TASK_UPDATED});
  CHECK(f.types({delta::task_changed{healthy}}).empty());
  const auto done = with_status(*healthy, v1::TASK_FINISHED, "4");
  CHECK(f.types({delta::task_changed{done}}) == kinds{Event::TASK_UPDATED});
  CHECK(f.types({delta::task_completed{done}}).empty()); // acknowledged: nothing new
}

TEST_CASE(
    "a task that the master ends, or whose agent is lost, is told; one that comes back is new") {
  news_fixture f;
  f.start();
  const auto one = task("t", v1::TASK_RUNNING);
  f.tell({delta::task_changed{one}});
  const auto lost = with_status(*one, v1::TASK_UNREACHABLE, "");
  CHECK(f.types({delta::task_unreachable{lost}}) == kinds{Event::TASK_UPDATED});
  CHECK(f.types({delta::task_changed{one}}) == kinds{Event::TASK_ADDED});
  CHECK(f.types({delta::task_completed{with_status(*one, v1::TASK_KILLED, "")}}) ==
        kinds{Event::TASK_UPDATED});
}

TEST_CASE("what comes and goes within one delta does not confuse the events") {
  news_fixture f;
  f.start();
  CHECK(
      f.types({delta::framework_changed{framework("G")}, delta::agent_changed{agent("B")},
               delta::task_changed{task("t", v1::TASK_RUNNING, 1, "G", "B")},
               delta::task_completed{
                   with_status(*task("t", v1::TASK_RUNNING, 1, "G", "B"), v1::TASK_KILLED, "")},
               delta::framework_completed{framework("G")}, delta::agent_removed{agent_id{"B"}}}) ==
      kinds{Event::TASK_ADDED, Event::TASK_UPDATED, Event::FRAMEWORK_REMOVED,
            Event::AGENT_REMOVED});
}

TEST_CASE("an old state and the events after it make the new state, whatever happens") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u, 5u);
  news_fixture f;
  f.start();
  std::mt19937 random(seed);
  std::map<std::string, v1::TaskState> tasks;
  std::set<std::string> agents{"A"};
  std::set<std::string> frameworks{"F"};
  auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int i = 0; i < 2000; ++i) {
    const std::string owner(1, static_cast<char>('F' + pick(3)));
    const std::string where(1, static_cast<char>('A' + pick(3)));
    const auto id = "t" + std::to_string(pick(12));
    const bool has_owner = f.model.find_framework(framework_id{owner}) != nullptr;
    const auto* known = f.model.find_task(framework_id{owner}, task_id{id});
    state_change change = delta::offer_removed{};
    switch (pick(7)) {
    case 0:
      change = delta::agent_changed{agent(where)};
      break;
    case 1:
      change = delta::agent_removed{agent_id{where}};
      break;
    case 2:
      change = delta::framework_changed{framework(owner)};
      break;
    case 3:
      if (pick(4) == 0 && has_owner && f.types({}).empty()) {
        // As the master does it: first the tasks, then the framework.
        std::vector<state_change> all;
        for (const auto& [key, state] : tasks)
          if (key.starts_with(owner + "/"))
            if (const auto* each = f.model.find_task(framework_id{owner}, task_id{key.substr(2)}))
              all.push_back(
                  delta::task_completed{with_status(*each, v1::TASK_KILLED, std::to_string(i))});
        f.tell(std::move(all));
        change = delta::framework_completed{framework(owner)};
      }
      break;
    case 4:
      if (has_owner && known == nullptr)
        change = delta::task_changed{task(id, v1::TASK_RUNNING, 1, owner, where)};
      break;
    case 5:
      if (known != nullptr)
        change = delta::task_changed{
            with_status(*known, pick(2) ? v1::TASK_KILLING : v1::TASK_RUNNING, std::to_string(i))};
      break;
    default:
      if (known != nullptr)
        change = delta::task_completed{with_status(*known, v1::TASK_FAILED, std::to_string(i))};
    }
    f.tell({change});
    for (const auto& event : f.seen) {
      const auto& added = event.task_added().task();
      if (event.has_task_added())
        tasks[added.framework_id().value() + "/" + added.task_id().value()] = added.state();
      if (event.has_task_updated())
        tasks[event.task_updated().framework_id().value() + "/" +
              event.task_updated().status().task_id().value()] = event.task_updated().state();
      if (event.has_agent_added())
        agents.insert(event.agent_added().agent().agent_info().id().value());
      if (event.has_agent_removed())
        agents.erase(event.agent_removed().agent_id().value());
      if (event.has_framework_added())
        frameworks.insert(event.framework_added().framework().framework_info().id().value());
      if (event.has_framework_removed())
        frameworks.erase(event.framework_removed().framework_info().id().value());
    }
    f.seen.clear();
  }
  while (!f.model.prepare_v1(wire::media::protobuf, 1000)) {
  }
  Response whole;
  REQUIRE(wire::from_binary(f.model.v1_response(Response::GET_STATE, wire::media::protobuf)->text(),
                            whole));
  const auto& state = whole.get_state();
  REQUIRE(state.get_tasks().tasks_size() > 0);
  for (const auto& each : state.get_tasks().tasks())
    CHECK(tasks.at(each.framework_id().value() + "/" + each.task_id().value()) == each.state());
  std::set<std::string> shown;
  for (const auto& each : state.get_agents().agents())
    shown.insert(each.agent_info().id().value());
  CHECK(shown == agents);
  shown.clear();
  for (const auto& each : state.get_frameworks().frameworks())
    shown.insert(each.framework_info().id().value());
  CHECK(shown == frameworks);
}
