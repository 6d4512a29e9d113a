#include "state_fixture.hpp"

#include "http/v1_entities.hpp"
#include "wire/json.hpp"

#include <mesos/v1/master.pb.h>

using namespace state_test;
using v1::master::Event;
using v1::master::Response;

namespace {

constexpr auto json = wire::media::json;
constexpr auto protobuf = wire::media::protobuf;

executor_info_ptr executor_info(const std::string& id) {
  auto info = std::make_shared<v1::ExecutorInfo>();
  info->mutable_executor_id()->set_value(id);
  info->mutable_command()->set_value("run");
  *info->mutable_resources() = wire::to_proto(bag("cpus:0.1").allocated_to_role("*"),
                                              wire::resource_format::post_refinement);
  return info;
}

struct v1_fixture : fixture {
  void prepare(wire::media encoding, std::size_t count = 1000) {
    while (!model.prepare_v1(encoding, count)) {
    }
  }

  std::string text(Response::Type what, wire::media encoding) {
    prepare(encoding);
    return model.v1_response(what, encoding)->text();
  }

  /// What both encodings say; they must say the same.
  Response read(Response::Type what) {
    Response binary;
    REQUIRE(wire::from_binary(text(what, protobuf), binary));
    Response parsed;
    const auto written = text(what, json);
    INFO(written);
    REQUIRE(wire::from_json(written, parsed));
    CHECK(sorted(parsed) == sorted(binary));
    return binary;
  }

  v1::master::Response_GetState state() { return read(Response::GET_STATE).get_state(); }

  /// Pages keep no order.
  static std::vector<std::string> sorted(const Response& response) {
    auto lines = nlohmann::json::parse(wire::to_json(response));
    for (auto& [name, member] : lines.items())
      if (member.is_object())
        sort_lists(member);
    std::vector<std::string> result{lines.dump()};
    return result;
  }

  static void sort_lists(nlohmann::json& object) {
    for (auto& [name, value] : object.items()) {
      if (value.is_object())
        sort_lists(value);
      if (value.is_array()) {
        for (auto& each : value)
          if (each.is_object())
            sort_lists(each);
        std::sort(value.begin(), value.end());
      }
    }
  }

  void fill() {
    start();
    apply(delta::master_changed{}, delta::agent_recovered{std::make_shared<recovered_agent_view>(
                                       recovered_agent_view{agent_id{"R"}, agent("R")->info})});
    apply(delta::framework_changed{framework("G", true)}, delta::agent_changed{agent("B")},
          delta::executor_added{std::make_shared<executor_view>(
              executor_view{framework_id{"F"}, agent_id{"A"}, executor_info("ex")})});
    for (int i = 0; i < 5; ++i)
      apply(delta::task_changed{task("f" + std::to_string(i), v1::TASK_RUNNING)},
            delta::task_changed{task("g" + std::to_string(i), v1::TASK_RUNNING, 1, "G", "B")});
    apply(delta::task_completed{task("f0", v1::TASK_FINISHED)},
          delta::task_unreachable{task("g0", v1::TASK_UNREACHABLE, 1, "G", "B")},
          delta::offer_added{offer("O1")}, delta::offer_added{offer("O2")});
    apply(delta::framework_changed{framework("D")},
          delta::task_completed{task("d", v1::TASK_FAILED, 1, "D")},
          delta::framework_completed{framework("D")});
  }
};

std::size_t completed_of(const v1::master::Response_GetState& state) {
  return static_cast<std::size_t>(state.get_tasks().completed_tasks_size());
}

} // namespace

TEST_CASE("an empty state in JSON has every list, in binary form nothing") {
  v1_fixture f;
  CHECK(f.text(Response::GET_STATE, json) ==
        R"({"type":"GET_STATE","get_state":{"get_tasks":{"tasks":[],"unreachable_tasks":[],)"
        R"("completed_tasks":[]},"get_executors":{"executors":[]},"get_frameworks":)"
        R"({"frameworks":[],"completed_frameworks":[]},"get_agents":{"agents":[],)"
        R"("recovered_agents":[]}}})");
  Response response;
  REQUIRE(wire::from_binary(f.text(Response::GET_STATE, protobuf), response));
  CHECK(response.type() == Response::GET_STATE);
  CHECK(response.get_state().has_get_agents());
}

TEST_CASE("a framework shows the inverse offers that are open") {
  v1_fixture f;
  f.fill();
  auto asked = [&] {
    std::vector<std::string> result;
    const auto state = f.state();
    for (const auto& framework : state.get_frameworks().frameworks())
      for (const auto& offer : framework.inverse_offers())
        result.push_back(framework.framework_info().id().value() + ":" + offer.id().value());
    return result;
  };
  CHECK(asked().empty());
  auto offer = std::make_shared<v1::InverseOffer>();
  offer->mutable_id()->set_value("I1");
  offer->mutable_framework_id()->set_value("F");
  offer->mutable_agent_id()->set_value("A");
  offer->mutable_unavailability()->mutable_start()->set_nanoseconds(7);
  f.apply(delta::inverse_offer_added{offer});
  CHECK(asked() == std::vector<std::string>{"F:I1"});
  f.apply(delta::inverse_offer_removed{offer_id{"I1"}});
  CHECK(asked().empty());
}

TEST_CASE("the state in the v1 encodings has every entity in its list") {
  v1_fixture f;
  f.fill();
  const auto state = f.state();
  CHECK(state.get_tasks().tasks_size() == 8);
  CHECK(state.get_tasks().unreachable_tasks_size() == 1);
  CHECK(completed_of(state) == 2);
  CHECK(state.get_executors().executors_size() == 1);
  CHECK(state.get_executors().executors(0).executor_info().framework_id().value() == "F");
  CHECK(state.get_executors().executors(0).agent_id().value() == "A");
  CHECK(state.get_frameworks().frameworks_size() == 2);
  CHECK(state.get_frameworks().completed_frameworks_size() == 1);
  CHECK(state.get_agents().agents_size() == 2);
  REQUIRE(state.get_agents().recovered_agents_size() == 1);
  CHECK(state.get_agents().recovered_agents(0).id().value() == "R");
  for (auto [type, name] : {std::pair{Response::GET_TASKS, "get_tasks"},
                            std::pair{Response::GET_EXECUTORS, "get_executors"},
                            std::pair{Response::GET_FRAMEWORKS, "get_frameworks"},
                            std::pair{Response::GET_AGENTS, "get_agents"}}) {
    const auto one = nlohmann::json::parse(f.text(type, json));
    CHECK(one.at(name) ==
          nlohmann::json::parse(f.text(Response::GET_STATE, json)).at("get_state").at(name));
    CHECK(f.read(type).type() == type);
  }
}

TEST_CASE("pages and messages of frameworks and agents are the same") {
  v1_fixture f;
  f.fill();
  const auto state = f.state();
  for (const auto& each : state.get_frameworks().frameworks()) {
    const auto whole = f.model.v1_whole(framework_id{each.framework_info().id().value()});
    CHECK(nlohmann::json::parse(wire::to_json(each)) ==
          nlohmann::json::parse(wire::to_json(whole)));
  }
  for (const auto& each : state.get_agents().agents()) {
    const auto whole = f.model.v1_whole(agent_id{each.agent_info().id().value()});
    CHECK(wire::to_json(each) == wire::to_json(whole));
  }
  const auto& mine = state.get_frameworks().frameworks(0);
  CHECK(mine.offers_size() == 2);
  CHECK(mine.offered_resources_size() == 2);
  CHECK(mine.allocated_resources(0).role() == "*");
  CHECK(mine.allocated_resources(0).allocation_info().role() == "*");
}

TEST_CASE("a task's text is the generic codec's") {
  v1_fixture f;
  f.start();
  const auto one = task("t", v1::TASK_RUNNING);
  f.apply(delta::task_changed{one});
  CHECK(f.text(Response::GET_TASKS, json).find(wire::to_json(one->unpack())) != std::string::npos);
  CHECK(f.read(Response::GET_TASKS).get_tasks().tasks(0).SerializeAsString() ==
        one->unpack().SerializeAsString());
}

TEST_CASE("what changes while the state is prepared bit by bit is in it, once") {
  v1_fixture f;
  f.fill();
  for (auto encoding : v1_encodings) {
    CHECK_FALSE(f.model.prepare_v1(encoding, 1));
    CHECK_FALSE(f.model.prepare_v1(encoding, 1));
  }
  f.apply(delta::task_changed{task("f1", v1::TASK_KILLING)},
          delta::task_changed{task("g4", v1::TASK_KILLING, 1, "G", "B")},
          delta::task_changed{task("a-new", v1::TASK_STAGING)},
          delta::task_completed{task("g3", v1::TASK_FAILED, 1, "G", "B")},
          delta::agent_removed{agent_id{"B"}}, delta::offer_removed{offer_id{"O1"}});
  f.apply(delta::framework_completed{framework("F")});
  for (auto encoding : v1_encodings)
    f.prepare(encoding, 1);
  v1_fixture fresh;
  fresh.fill();
  fresh.apply(delta::task_changed{task("f1", v1::TASK_KILLING)},
              delta::task_changed{task("g4", v1::TASK_KILLING, 1, "G", "B")},
              delta::task_changed{task("a-new", v1::TASK_STAGING)},
              delta::task_completed{task("g3", v1::TASK_FAILED, 1, "G", "B")},
              delta::agent_removed{agent_id{"B"}}, delta::offer_removed{offer_id{"O1"}});
  fresh.apply(delta::framework_completed{framework("F")});
  CHECK(v1_fixture::sorted(f.read(Response::GET_STATE)) ==
        v1_fixture::sorted(fresh.read(Response::GET_STATE)));
}

TEST_CASE("what changes later is in the next answer, and an answer keeps what it had") {
  v1_fixture f;
  f.fill();
  f.prepare(json);
  const auto before = f.model.v1_response(Response::GET_STATE, json);
  CHECK(f.model.v1_response(Response::GET_STATE, json) == before);
  const auto text = before->text();
  f.apply(delta::task_changed{task("f1", v1::TASK_FINISHED)});
  f.prepare(json);
  const auto after = f.model.v1_response(Response::GET_STATE, json)->text();
  CHECK(before->text() == text);
  CHECK(after.find("TASK_FINISHED\",\"resources") != std::string::npos);
  f.apply(delta::recovered_agent_removed{agent_id{"R"}});
  CHECK(f.state().get_agents().recovered_agents_size() == 0);
}

TEST_CASE("what was given back is made again") {
  v1_fixture f;
  f.fill();
  const auto before = v1_fixture::sorted(f.read(Response::GET_STATE));
  for (auto encoding : v1_encodings) {
    f.model.forget_v1(encoding);
    CHECK_FALSE(f.model.prepare_v1(encoding, 0));
  }
  CHECK(v1_fixture::sorted(f.read(Response::GET_STATE)) == before);
}

TEST_CASE("a subscription begins with the state, in both encodings") {
  v1_fixture f;
  f.fill();
  const auto state = f.state();
  Event binary;
  REQUIRE(wire::from_binary(f.model.v1_subscribed(protobuf, 15)->text(), binary));
  CHECK(binary.type() == Event::SUBSCRIBED);
  CHECK(binary.subscribed().heartbeat_interval_seconds() == 15.0);
  CHECK(binary.subscribed().get_state().SerializeAsString() == state.SerializeAsString());
  const auto written = nlohmann::json::parse(f.model.v1_subscribed(json, 15)->text());
  CHECK(written.at("subscribed").at("heartbeat_interval_seconds") == 15.0);
  CHECK(written.at("subscribed").at("get_state") ==
        nlohmann::json::parse(f.text(Response::GET_STATE, json)).at("get_state"));
}
