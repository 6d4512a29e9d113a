#include "http/entity_json.hpp"
#include "state_fixture.hpp"

#include <random>

using namespace state_test;
using nlohmann::json;

namespace {

const char* const counters[] = {"TASK_STAGING",  "TASK_STARTING",   "TASK_RUNNING", "TASK_KILLING",
                                "TASK_FINISHED", "TASK_KILLED",     "TASK_FAILED",  "TASK_LOST",
                                "TASK_ERROR",    "TASK_UNREACHABLE"};

delta::master_changed master(const std::string& id) {
  auto info = std::make_shared<v1::MasterInfo>();
  info->set_id(id);
  info->set_hostname("here");
  return {std::make_shared<master_view>(master_view{master_id{id}, info, {}, {}, 0})};
}

json sorted_by_id(json list) {
  std::sort(list.begin(), list.end(),
            [](const json& a, const json& b) { return a.at("id") < b.at("id"); });
  return list;
}

/// The same state whatever the order of entities.
json normal(json state) {
  for (auto* key : {"slaves", "frameworks", "completed_frameworks"}) {
    for (auto& each : state[key])
      for (auto* inner : {"tasks", "unreachable_tasks", "completed_tasks", "offers"})
        if (each.contains(inner))
          each[inner] = sorted_by_id(each[inner]);
    state[key] = sorted_by_id(state[key]);
  }
  return state;
}

/// `field` of an object's resources summed over a list.
double sum(const json& list, const char* key, const char* name) {
  double total = 0;
  for (const auto& each : list)
    total += each.at(key).at(name).get<double>();
  return total;
}

/// Applies what `/state?since=` told to an older state, as docs/operating.md describes it.
json updated(json old, const json& news) {
  auto without = [](json list, auto gone) {
    json kept = json::array();
    for (auto& each : list)
      if (!gone(each.at("id").template get<std::string>()))
        kept.push_back(each);
    return kept;
  };
  auto has = [](const json& list, const std::string& id) {
    for (const auto& each : list)
      if ((each.is_string() ? each : each.at("id")) == id)
        return true;
    return false;
  };
  auto result = news;
  result.erase("since");
  result.erase("removed_slaves");
  result["slaves"] = without(old["slaves"], [&](const std::string& id) {
    return has(news["slaves"], id) || has(news["removed_slaves"], id);
  });
  for (const auto& each : news["slaves"])
    result["slaves"].push_back(each);
  result["frameworks"] = json::array();
  for (auto& before : old["frameworks"])
    if (!has(news["frameworks"], before["id"]) && !has(news["completed_frameworks"], before["id"]))
      result["frameworks"].push_back(before);
  for (auto after : news["frameworks"]) {
    for (const auto& before : old["frameworks"])
      if (before["id"] == after["id"])
        for (auto* list : {"tasks", "unreachable_tasks", "completed_tasks"})
          for (const auto& task : before[list])
            if (!has(after["tasks"], task["id"]) && !has(after["unreachable_tasks"], task["id"]) &&
                !has(after["completed_tasks"], task["id"]))
              after[list].push_back(task);
    result["frameworks"].push_back(after);
  }
  result["completed_frameworks"] = without(old["completed_frameworks"], [&](const std::string& id) {
    return has(news["completed_frameworks"], id);
  });
  for (const auto& each : news["completed_frameworks"])
    result["completed_frameworks"].push_back(each);
  return result;
}

/// Random life of a small cluster. Completed lists are long enough never to drop anything.
struct life {
  fixture f;
  std::mt19937 dice;
  std::map<std::string, std::string> tasks; ///< running ones, with their framework
  std::map<std::string, std::string> lost;  ///< unreachable ones
  std::set<std::string> frameworks;
  std::set<std::string> offers;
  int serial = 0;

  explicit life(unsigned seed)
      : dice(seed) {
    f.model = state_model({.flags = {},
                           .cluster = {},
                           .log_dir = {},
                           .external_log_file = {},
                           .max_completed_frameworks = 1000,
                           .max_completed_tasks = 1000,
                           .max_unreachable_tasks = 1000});
    f.apply(master("0123456789"), delta::agent_changed{agent("A")},
            delta::agent_changed{agent("B")});
  }

  template <class Set>
  auto pick(const Set& from) {
    return *std::next(from.begin(), static_cast<long>(dice() % from.size()));
  }

  std::string where() { return dice() % 2 == 0 ? "A" : "B"; }

  /// Without ports: an agent has each only once.
  packed_task_ptr make(const std::string& id, v1::TaskState state, const std::string& owner) {
    auto made = task(id, state, serial, owner, where())->unpack();
    *made.mutable_resources() = wire::to_proto(bag("cpus:0.5;mem:32").allocated_to_role("*"),
                                               wire::resource_format::post_refinement);
    return packed(made);
  }

  v1::TaskState state() {
    const v1::TaskState all[] = {v1::TASK_STAGING, v1::TASK_RUNNING, v1::TASK_KILLING,
                                 v1::TASK_FINISHED};
    return all[dice() % 4];
  }

  void step() {
    const auto what = dice() % 13;
    if (frameworks.empty() || what == 0) {
      const auto id = "F" + std::to_string(serial++);
      frameworks.insert(id);
      f.apply(delta::framework_changed{framework(id)});
    } else if (what < 4) {
      const auto id = "t" + std::to_string(serial++);
      tasks[id] = pick(frameworks);
      f.apply(delta::task_changed{make(id, state(), tasks[id])});
    } else if (what < 6 && !tasks.empty()) {
      const auto [id, owner] = pick(tasks);
      f.apply(delta::task_changed{make(id, state(), owner)});
    } else if (what < 8 && !tasks.empty()) {
      const auto [id, owner] = pick(tasks);
      tasks.erase(id);
      f.apply(delta::task_completed{make(id, v1::TASK_FAILED, owner)});
    } else if (what == 8 && !tasks.empty()) {
      const auto [id, owner] = pick(tasks);
      tasks.erase(id);
      lost[id] = owner;
      f.apply(delta::task_unreachable{make(id, v1::TASK_UNREACHABLE, owner)});
    } else if (what == 9) {
      const auto id = "O" + std::to_string(serial++);
      auto made = std::make_shared<v1::Offer>(*offer(id, where()));
      made->mutable_framework_id()->set_value(pick(frameworks));
      made->mutable_resources()->RemoveLast(); // the ports
      offers.insert(id);
      f.apply(delta::offer_added{made});
    } else if (what == 10 && !offers.empty()) {
      const auto id = pick(offers);
      offers.erase(id);
      f.apply(delta::offer_removed{offer_id{id}});
    } else if (what == 11 && !lost.empty()) {
      const auto [id, owner] = pick(lost); // its agent is back
      lost.erase(id);
      tasks[id] = owner;
      f.apply(delta::task_changed{make(id, v1::TASK_RUNNING, owner)});
    } else if (what == 12 && dice() % 4 == 0) {
      const auto id = pick(frameworks);
      frameworks.erase(id);
      for (auto* all : {&tasks, &lost})
        std::erase_if(*all, [&](const auto& each) { return each.second == id; });
      f.apply(delta::framework_completed{framework(id)});
    }
  }
};

void check_sums(const json& state) {
  for (const auto* name : {"cpus", "mem"}) {
    CHECK(sum(state["slaves"], "used_resources", name) ==
          Approx(sum(state["frameworks"], "used_resources", name)));
    CHECK(sum(state["slaves"], "offered_resources", name) ==
          Approx(sum(state["frameworks"], "offered_resources", name)));
    for (const auto& framework : state["frameworks"]) {
      json running = json::array();
      for (const auto& each : framework["tasks"])
        if (each["state"] != "TASK_FINISHED")
          running.push_back(each);
      CHECK(framework["used_resources"][name].get<double>() ==
            Approx(sum(running, "resources", name)));
    }
  }
}

void check_summary(const json& state, const json& summary) {
  std::map<std::string, std::map<std::string, int>> of_agent, of_framework;
  std::map<std::string, std::set<std::string>> seen_agents, seen_frameworks;
  for (const auto& framework : state["frameworks"])
    for (auto* list : {"tasks", "unreachable_tasks", "completed_tasks"})
      for (const auto& task : framework[list]) {
        const std::string owner = framework["id"];
        const std::string where = task["slave_id"];
        ++of_agent[where][task["state"]];
        ++of_framework[owner][task["state"]];
        seen_agents[owner].insert(where);
        seen_frameworks[where].insert(owner);
      }
  REQUIRE(summary["slaves"].size() == state["slaves"].size());
  REQUIRE(summary["frameworks"].size() == state["frameworks"].size());
  auto check = [](const json& row, auto& counts, auto& seen, const char* ids) {
    for (const auto* name : counters)
      CHECK(row.at(name) == counts[row["id"]][name]);
    CHECK(row.at(ids).get<std::set<std::string>>() == seen[row["id"]]);
  };
  for (const auto& row : summary["slaves"])
    check(row, of_agent, seen_frameworks, "framework_ids");
  for (const auto& row : summary["frameworks"])
    check(row, of_framework, seen_agents, "slave_ids");
}

} // namespace

TEST_CASE("the summary counts tasks of registered frameworks by agent and framework") {
  fixture f;
  f.start();
  f.apply(master("m"), delta::task_changed{task("1", v1::TASK_RUNNING)},
          delta::task_changed{task("2", v1::TASK_STAGING)},
          delta::task_completed{task("3", v1::TASK_FAILED)});
  auto summary = fixture::join(f.model.summary());
  CHECK(summary.at("hostname") == "here");
  CHECK(summary.at("cluster") == "test");
  for (const auto& row : {summary.at("slaves").at(0), summary.at("frameworks").at(0)}) {
    CHECK(row.at("TASK_RUNNING") == 1);
    CHECK(row.at("TASK_STAGING") == 1);
    CHECK(row.at("TASK_FAILED") == 1);
    CHECK(row.at("TASK_LOST") == 0);
  }
  CHECK(summary.at("slaves").at(0).at("framework_ids") == json{"F"});
  CHECK(summary.at("frameworks").at(0).at("slave_ids") == json{"A"});
  CHECK_FALSE(summary.at("frameworks").at(0).contains("tasks"));
  f.apply(delta::framework_completed{framework("F")});
  summary = fixture::join(f.model.summary());
  CHECK(summary.at("slaves").at(0).at("TASK_FAILED") == 0);
  CHECK(summary.at("slaves").at(0).at("framework_ids") == json::array());
  CHECK(summary.at("frameworks").empty());
}

TEST_CASE("whatever happens, sums and counts of every answer follow from its own tasks") {
  life world(GENERATE(1u, 2u, 3u, 4u));
  for (int i = 0; i < 400; ++i) {
    world.step();
    if (i % 20 != 0)
      continue;
    const auto state = world.f.state();
    check_sums(state);
    check_summary(state, fixture::join(world.f.model.summary()));
  }
}

TEST_CASE("a reader with an older state learns exactly what changed") {
  life world(GENERATE(11u, 12u, 13u));
  auto known = world.f.state();
  auto tag = world.f.model.tag();
  for (int i = 0; i < 300; ++i) {
    world.step();
    if (world.dice() % 7 != 0)
      continue;
    auto news = world.f.model.state_since(tag);
    REQUIRE(news);
    known = updated(known, fixture::join(news));
    tag = world.f.model.tag();
    REQUIRE(normal(known) == normal(world.f.state()));
  }
}

TEST_CASE("changes since the present state are none, and small against the whole") {
  life world(21);
  for (int i = 0; i < 200; ++i)
    world.step();
  auto none = fixture::join(world.f.model.state_since(world.f.model.tag()));
  for (const auto* key : {"slaves", "removed_slaves", "frameworks", "completed_frameworks"})
    CHECK(none.at(key).empty());
  CHECK(none.at("since") == world.f.model.number());
  CHECK(none.at("activated_slaves") == 2.0);
}

TEST_CASE("removed agents are named") {
  fixture f;
  f.start();
  const auto tag = f.model.tag();
  f.apply(delta::agent_removed{agent_id{"A"}});
  auto news = fixture::join(f.model.state_since(tag));
  CHECK(news.at("removed_slaves") == json{"A"});
  CHECK(news.at("slaves").empty());
}

TEST_CASE("too old, unknown and foreign states are answered with nothing") {
  fixture f;
  f.model = state_model({.flags = {},
                         .cluster = {},
                         .log_dir = {},
                         .external_log_file = {},
                         .max_recent_changes = 20});
  f.apply(master("0123456789"));
  f.start();
  const auto old = f.model.tag();
  CHECK(old == "2-01234567");
  CHECK(f.model.state_since(old));
  CHECK(f.model.state_since("2"));
  CHECK_FALSE(f.model.state_since("2-89abcdef"));
  CHECK_FALSE(f.model.state_since("3"));
  CHECK_FALSE(f.model.state_since(""));
  CHECK_FALSE(f.model.state_since("x"));
  CHECK_FALSE(f.model.state_since("2x"));
  for (int i = 0; i < 30; ++i)
    f.apply(delta::task_changed{task(std::to_string(i), v1::TASK_RUNNING)});
  CHECK_FALSE(f.model.state_since(old));
  f.model.reset({40, std::make_shared<std::vector<state_change>>()}); // without a master
  CHECK_FALSE(f.model.state_since("40-01234567"));
  CHECK_FALSE(f.model.state_since("39"));
  CHECK(f.model.state_since("40"));
}

TEST_CASE("readers of the same state share its body, and a change makes a new one") {
  fixture f;
  f.start();
  const auto first = f.model.state();
  CHECK(f.model.state() == first);
  CHECK(f.model.agents(std::nullopt) == f.model.agents(std::nullopt));
  CHECK(f.model.summary() == f.model.summary());
  CHECK(f.model.frameworks(std::nullopt) == f.model.frameworks(std::nullopt));
  f.apply(delta::task_changed{task("t", v1::TASK_RUNNING)});
  CHECK(f.model.state() != first);
  CHECK(first->text().find("TASK_RUNNING") == std::string::npos);
}

TEST_CASE("names of resources and attributes from outside cannot break the JSON") {
  fixture f;
  auto view = std::make_shared<agent_view>(*agent("A"));
  auto odd = make_scalar("a\"b", 1);
  view->total.add(odd);
  f.apply(delta::agent_changed{view});
  CHECK(f.state().at("slaves").at(0).at("resources").at("a\"b") == 1.0);
}
