#include "http/roles_json.hpp"
#include "model/resource_text.hpp"
#include "wire/json.hpp"
#include "wire/resource_convert.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::http;
namespace v1 = mesos::v1;
using nlohmann::json;

namespace {

wire::resource_list list(const std::string& text, const std::string& role) {
  return wire::to_proto(parse_resources(text)->allocated_to_role(role),
                        wire::resource_format::post_refinement);
}

delta::framework_changed framework(const std::string& id, const std::vector<std::string>& roles) {
  auto info = std::make_shared<v1::FrameworkInfo>();
  info->add_capabilities()->set_type(v1::FrameworkInfo::Capability::MULTI_ROLE);
  for (const auto& role : roles)
    info->add_roles(role);
  auto view = std::make_shared<framework_view>();
  view->id = framework_id{id};
  view->info = info;
  return {view};
}

packed_task_ptr task(const std::string& id, const std::string& role, const std::string& held,
                     v1::TaskState state = v1::TASK_RUNNING, const std::string& agent = "A") {
  v1::Task result;
  result.set_name(id);
  result.mutable_task_id()->set_value(id);
  result.mutable_framework_id()->set_value("F");
  result.mutable_agent_id()->set_value(agent);
  result.set_state(state);
  *result.mutable_resources() = list(held, role);
  return std::make_shared<const packed_task>(result);
}

offer_ptr offer(const std::string& id, const std::string& role, const std::string& held) {
  auto result = std::make_shared<v1::Offer>();
  result->mutable_id()->set_value(id);
  result->mutable_framework_id()->set_value("F");
  result->mutable_agent_id()->set_value("A");
  result->set_hostname("h");
  *result->mutable_resources() = list(held, role);
  return result;
}

delta::executor_added executor(const std::string& id, const std::string& role,
                               const std::string& held) {
  auto info = std::make_shared<v1::ExecutorInfo>();
  info->mutable_executor_id()->set_value(id);
  *info->mutable_resources() = list(held, role);
  return {std::make_shared<executor_view>(executor_view{framework_id{"F"}, agent_id{"A"}, info})};
}

delta::quota_changed quota(const std::string& role, std::int64_t cpus) {
  return {role, std::make_shared<const role_quota>(
                    role_quota{{{"cpus", quantity::from_milli(cpus)}}, {}, "ops"})};
}

json roles(const roles_model& model) {
  return json::parse(roles_json(model.rows({})))["roles"];
}

json role(const roles_model& model, const std::string& name) {
  for (const auto& each : roles(model))
    if (each["name"] == name)
      return each;
  return nullptr;
}

} // namespace

TEST_CASE("no roles, quotas and weights are empty lists") {
  roles_model model;
  CHECK(roles_json(model.rows({})) == R"({"roles":[]})");
  CHECK(quota_json(model) == "{}");
  CHECK(weights_json(model) == "[]");
  CHECK(wire::to_json(roles_response(model.rows({}))) == R"({"type":"GET_ROLES","get_roles":{}})");
  CHECK(wire::to_json(quota_response(model)) ==
        R"({"type":"GET_QUOTA","get_quota":{"status":{}}})");
  CHECK(wire::to_json(weights_response(model)) == R"({"type":"GET_WEIGHTS"})");
}

TEST_CASE("roles are those with frameworks, quota, weight or something held, by name") {
  roles_model model;
  model.apply(framework("F", {"web", "eng"}));
  model.apply(quota("quoted", 1000));
  model.apply(delta::weight_changed{"heavy", 2});
  model.apply(delta::task_changed{task("t", "left", "cpus:1")});
  std::vector<std::string> names;
  for (const auto& each : roles(model))
    names.push_back(each["name"]);
  CHECK(names == std::vector<std::string>{"eng", "heavy", "left", "quoted", "web"});
  CHECK(role(model, "eng")["frameworks"] == json{"F"});
  CHECK(role(model, "left")["frameworks"] == json{"F"});
  CHECK(role(model, "heavy")["weight"] == 2.0);
  CHECK(role(model, "web")["weight"] == 1.0);
  CHECK(!role(model, "web").contains("quota"));
  CHECK(role(model, "quoted")["quota"]["guarantee"]["cpus"] == 1.0);
  CHECK(role(model, "quoted")["quota"]["role"] == "quoted");
  CHECK(role(model, "quoted")["quota"]["principal"] == "ops");
}

TEST_CASE("a list of allowed roles is shown as it is") {
  roles_model model;
  model.apply(framework("F", {"web"}));
  auto rows = model.rows(std::set<std::string>{"*", "eng"});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].name == "*");
  CHECK(rows[1].name == "eng");
}

TEST_CASE("a role holds its tasks, executors and offers until they end") {
  roles_model model;
  model.apply(framework("F", {"eng"}));
  model.apply(delta::task_changed{task("t", "eng", "cpus:1;mem:32;ports:[1-2]")});
  model.apply(delta::task_changed{task("u", "eng", "cpus:1;ports:[1-2]", v1::TASK_RUNNING, "B")});
  model.apply(executor("e", "eng", "cpus:0.5"));
  model.apply(delta::offer_added{offer("o", "eng", "cpus:2;mem:100")});
  auto eng = role(model, "eng");
  CHECK(eng["resources"]["cpus"] == 4.5);
  CHECK(eng["resources"]["mem"] == 132.0);
  CHECK(eng["allocated"]["cpus"] == 2.5);
  CHECK(eng["offered"]["cpus"] == 2.0);
  CHECK(eng["resources"]["gpus"] == 0.0);
  model.apply(
      delta::task_changed{task("t", "eng", "cpus:1;mem:32;ports:[1-2]", v1::TASK_FINISHED)});
  model.apply(
      delta::task_completed{task("t", "eng", "cpus:1;mem:32;ports:[1-2]", v1::TASK_FINISHED)});
  CHECK(role(model, "eng")["allocated"]["cpus"] == 1.5);
  CHECK(role(model, "eng")["allocated"]["ports"] == "[1-2]");
  model.apply(
      delta::task_unreachable{task("u", "eng", "cpus:1;ports:[1-2]", v1::TASK_UNREACHABLE, "B")});
  model.apply(delta::executor_removed{framework_id{"F"}, agent_id{"A"}, executor_id{"e"}});
  model.apply(delta::offer_removed{offer_id{"o"}});
  CHECK(role(model, "eng")["resources"] ==
        json::parse(R"({"cpus":0.0,"gpus":0.0,"mem":0.0,"disk":0.0})"));
}

TEST_CASE("a repeated or changed task counts once, as it is") {
  roles_model model;
  for (int i = 0; i < 3; ++i)
    model.apply(delta::task_changed{task("t", "eng", "cpus:1")});
  CHECK(role(model, "eng")["allocated"]["cpus"] == 1.0);
  model.apply(delta::task_changed{task("t", "eng", "cpus:3")});
  CHECK(role(model, "eng")["allocated"]["cpus"] == 3.0);
}

TEST_CASE("a framework that goes takes what it holds along") {
  roles_model model;
  model.apply(framework("F", {"eng"}));
  model.apply(delta::task_changed{task("t", "eng", "cpus:1")});
  model.apply(executor("e", "eng", "cpus:1"));
  model.apply(delta::framework_completed{framework("F", {"eng"}).framework});
  CHECK(roles(model).empty());
}

TEST_CASE("consumed is what is reserved, and what is allocated of the rest") {
  roles_model model;
  model.apply(quota("eng", 4000));
  auto view = std::make_shared<agent_view>();
  view->id = agent_id{"A"};
  view->total = *parse_resources("cpus:8;cpus(eng):2;mem(eng):64");
  model.apply(delta::agent_changed{view});
  model.apply(delta::task_changed{task("t", "eng", "cpus:1;cpus(eng):1")});
  CHECK(role(model, "eng")["reserved"]["cpus"] == 2.0);
  CHECK(role(model, "eng")["quota"]["consumed"]["cpus"] == 3.0);
  model.apply(delta::agent_removed{agent_id{"A"}});
  CHECK(role(model, "eng")["reserved"]["cpus"] == 0.0);
}

TEST_CASE("a forbidden resource reads as a limit of 0, an unlimited one is not there") {
  roles_model model;
  model.apply(delta::quota_changed{
      "eng", std::make_shared<const role_quota>(
                 role_quota{{{"mem", quantity::from_milli(1000)}}, {{"cpus", {}}}, std::nullopt})});
  CHECK(role(model, "eng")["quota"]["limit"] == nlohmann::json{{"cpus", 0.0}});
  CHECK(quota_json(model) ==
        R"({"infos":[{"role":"eng","guarantee":[{"name":"mem","type":"SCALAR","scalar":)"
        R"({"value":1.0}},{"name":"cpus","type":"SCALAR","scalar":{"value":0.0}}]}],)"
        R"("configs":[{"role":"eng","guarantees":{"mem":{"value":1.0}},)"
        R"("limits":{"cpus":{"value":0.0}}}]})");
}

TEST_CASE("quotas and weights read as clients know them") {
  roles_model model;
  model.apply(delta::quota_changed{
      "eng", std::make_shared<const role_quota>(role_quota{{{"cpus", quantity::from_milli(4000)}},
                                                           {{"cpus", quantity::from_milli(4000)}},
                                                           std::nullopt})});
  CHECK(quota_json(model) ==
        R"({"infos":[{"role":"eng","guarantee":[{"name":"cpus","type":"SCALAR","scalar":)"
        R"({"value":4.0}}]}],"configs":[{"role":"eng","guarantees":{"cpus":{"value":4.0}},)"
        R"("limits":{"cpus":{"value":4.0}}}]})");
  model.apply(delta::weight_changed{"eng", 2.5});
  model.apply(delta::weight_changed{"eng", 3});
  CHECK(weights_json(model) == R"([{"role":"eng","weight":3.0}])");
  CHECK(wire::to_json(weights_response(model)) ==
        R"({"type":"GET_WEIGHTS","get_weights":{"weight_infos":[{"weight":3.0,"role":"eng"}]}})");
  model.apply(delta::task_changed{task("t", "eng", "cpus:0.5;mem:32;ports:[1-2]")});
  CHECK(wire::to_json(roles_response(model.rows({}))) ==
        R"({"type":"GET_ROLES","get_roles":{"roles":[{"name":"eng","weight":3.0,"frameworks":)"
        R"([{"value":"F"}],"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.5}},)"
        R"({"name":"mem","type":"SCALAR","scalar":{"value":32.0}}]}]}})");
  model.apply(delta::quota_changed{"eng", nullptr});
  CHECK(quota_json(model) == "{}");
}
