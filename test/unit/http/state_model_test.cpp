#include "state_fixture.hpp"

using namespace state_test;

TEST_CASE("an empty state has every list and no agents") {
  fixture f;
  auto state = f.state();
  for (const char* key : {"slaves", "recovered_slaves", "frameworks", "completed_frameworks",
                          "orphan_tasks", "unregistered_frameworks"})
    CHECK(state.at(key) == nlohmann::json::array());
  CHECK(state.at("activated_slaves") == 0.0);
  CHECK(state.at("cluster") == "test");
  CHECK(state.at("flags").at("port") == "5050");
}

TEST_CASE("an agent shows totals by reservation, attributes and counts as active") {
  fixture f;
  f.start();
  auto state = f.state();
  const auto& agent = state.at("slaves").at(0);
  CHECK(agent.at("resources").at("cpus") == 5.0);
  CHECK(agent.at("resources").at("gpus") == 0.0);
  CHECK(agent.at("resources").at("ports") == "[1-10]");
  CHECK(agent.at("reserved_resources").at("eng").at("cpus") == 1.0);
  CHECK(agent.at("unreserved_resources").at("cpus") == 4.0);
  CHECK(agent.at("attributes").at("rack") == "r1");
  CHECK(state.at("activated_slaves") == 1.0);
}

TEST_CASE("a running task's resources count as used and stop counting when it is terminal") {
  fixture f;
  f.start();
  f.apply(delta::task_changed{task("t", v1::TASK_RUNNING)});
  auto state = f.state();
  CHECK(state.at("slaves").at(0).at("used_resources").at("cpus") == 0.5);
  CHECK(state.at("frameworks").at(0).at("used_resources").at("ports") == "[1-2]");
  CHECK(state.at("frameworks").at(0).at("tasks").at(0).at("state") == "TASK_RUNNING");
  f.apply(delta::task_changed{task("t", v1::TASK_FINISHED)});
  state = f.state();
  CHECK(state.at("slaves").at(0).at("used_resources").at("cpus") == 0.0);
  CHECK(state.at("frameworks").at(0).at("tasks").size() == 1);
  f.apply(delta::task_completed{task("t", v1::TASK_FINISHED)});
  state = f.state();
  CHECK(state.at("frameworks").at(0).at("tasks").empty());
  CHECK(state.at("frameworks").at(0).at("completed_tasks").at(0).at("id") == "t");
}

TEST_CASE("tasks with the same ports on two agents do not disturb each other's sums") {
  fixture f;
  f.start();
  f.apply(delta::agent_changed{agent("B")}, delta::task_changed{task("1", v1::TASK_RUNNING)},
          delta::task_changed{task("2", v1::TASK_RUNNING, 1, "F", "B")});
  f.apply(delta::task_completed{task("1", v1::TASK_FINISHED)});
  auto state = f.state();
  CHECK(state.at("slaves").at(0).at("used_resources").count("ports") == 0);
  CHECK(state.at("slaves").at(1).at("used_resources").at("ports") == "[1-2]");
  CHECK(state.at("frameworks").at(0).at("used_resources").at("ports") == "[1-2]");
}

TEST_CASE("offers count as offered until they are removed") {
  fixture f;
  f.start();
  f.apply(delta::offer_added{offer("O1")});
  auto state = f.state();
  CHECK(state.at("slaves").at(0).at("offered_resources").at("cpus") == 2.0);
  CHECK(state.at("frameworks").at(0).at("offers").at(0).at("id") == "O1");
  CHECK(state.at("frameworks").at(0).at("resources").at("cpus") == 2.0);
  f.apply(delta::offer_removed{offer_id{"O1"}});
  state = f.state();
  CHECK(state.at("slaves").at(0).at("offered_resources").at("cpus") == 0.0);
  CHECK(state.at("frameworks").at(0).at("offers").empty());
}

TEST_CASE("a completed framework takes its tasks along, and only so many are kept") {
  fixture f;
  f.start();
  f.apply(delta::task_changed{task("t", v1::TASK_RUNNING)}, delta::offer_added{offer("O1")});
  f.apply(delta::framework_completed{framework("F")});
  auto state = f.state();
  CHECK(state.at("frameworks").empty());
  const auto& done = state.at("completed_frameworks").at(0);
  CHECK(done.at("completed_tasks").at(0).at("id") == "t");
  CHECK(done.at("offers").empty());
  CHECK(state.at("slaves").at(0).at("used_resources").at("cpus") == 0.0);
  for (const char* id : {"G", "H", "I"}) {
    f.apply(delta::framework_changed{framework(id)});
    f.apply(delta::framework_completed{framework(id)});
  }
  state = f.state();
  REQUIRE(state.at("completed_frameworks").size() == 2);
  CHECK(state.at("completed_frameworks").at(1).at("id") == "I");
}

TEST_CASE("completed tasks are kept up to the limit, the oldest goes first") {
  fixture f;
  f.start();
  for (const char* id : {"1", "2", "3", "4"})
    f.apply(delta::task_completed{task(id, v1::TASK_FINISHED)});
  auto state = f.state();
  const auto& tasks = state.at("frameworks").at(0).at("completed_tasks");
  REQUIRE(tasks.size() == 3);
  CHECK(tasks.at(0).at("id") == "2");
}

TEST_CASE("a framework shows role or roles, and no pid") {
  fixture f;
  f.apply(delta::framework_changed{framework("F")}, delta::framework_changed{framework("G", true)});
  auto state = f.state();
  CHECK(state.at("frameworks").at(0).at("role") == "*");
  CHECK(state.at("frameworks").at(1).at("roles").at(0) == "eng");
  CHECK(state.at("frameworks").at(0).count("pid") == 0);
}

TEST_CASE("a missing delta is noticed and a snapshot brings the replica back in step") {
  fixture f;
  f.start();
  auto none = std::make_shared<std::vector<state_change>>();
  CHECK_FALSE(f.model.apply({f.number + 2, none}));
  auto all = std::make_shared<std::vector<state_change>>();
  all->push_back(delta::agent_changed{agent("Z")});
  f.model.reset({40, all});
  CHECK(f.model.number() == 40);
  CHECK(f.state().at("slaves").at(0).at("id") == "Z");
  CHECK(f.model.apply({39, none}));
  CHECK(f.model.apply({41, none}));
}

TEST_CASE("tasks are sorted by their first status and cut by offset and limit") {
  fixture f;
  f.start();
  f.apply(delta::task_changed{task("b", v1::TASK_RUNNING, 2)},
          delta::task_changed{task("c", v1::TASK_RUNNING, 3)},
          delta::task_completed{task("a", v1::TASK_FINISHED, 1)});
  auto ids = [&](const task_query& query) {
    std::string all;
    const auto body = fixture::join(f.model.tasks(query));
    for (const auto& each : body.at("tasks"))
      all += each.at("id").get<std::string>();
    return all;
  };
  CHECK(ids({}) == "cba");
  task_query query;
  query.ascending = true;
  CHECK(ids(query) == "abc");
  query.offset = 1;
  query.limit = 1;
  CHECK(ids(query) == "b");
  query.offset = 9;
  CHECK(ids(query) == "");
  task_query one;
  one.task = "a";
  CHECK(ids(one) == "a");
  task_query other;
  other.framework = "nobody";
  CHECK(ids(other) == "");
}

TEST_CASE("strings from clients cannot break the JSON") {
  fixture f;
  auto info = std::make_shared<v1::FrameworkInfo>();
  info->set_name("a\"b\\c\n\x01 \xff/");
  info->set_user("u");
  auto view = std::make_shared<framework_view>(*framework("F"));
  view->info = info;
  f.apply(delta::framework_changed{view});
  CHECK(f.state().at("frameworks").at(0).at("name") == "a\"b\\c\n\x01 \xef\xbf\xbd/");
}
