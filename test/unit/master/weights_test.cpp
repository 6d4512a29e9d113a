#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;

namespace {

std::string update_call(const std::string& infos) {
  return R"({"type":"UPDATE_WEIGHTS","update_weights":{"weight_infos":[)" + infos + "]}}";
}

std::string weight(const std::string& role, const std::string& value) {
  return R"({"role":")" + role + R"(","weight":)" + value + "}";
}

registry_op::change_weights stored(const world& w) {
  auto stores = w.all<effect::store>();
  REQUIRE(!stores.empty());
  return std::get<registry_op::change_weights>(stores.back().operation);
}

} // namespace

TEST_CASE("weights count, and are confirmed, once they are stored") {
  world w;
  w.start();
  w.store_at_once = false;
  CHECK(!w.operate(update_call(weight("eng", "2.5"))));
  CHECK(w.told_allocator<set_weights>().empty());
  w.finish_stores();
  REQUIRE(w.all<effect::answer>().size() == 1);
  CHECK(w.all<effect::answer>()[0].outcome.status == 200);
  REQUIRE(w.told_allocator<set_weights>().size() == 1);
  CHECK(w.told_allocator<set_weights>()[0].weights == role_weights{{"eng", 2.5}});
  REQUIRE(w.changes<delta::weight_changed>().size() == 1);
  CHECK(w.changes<delta::weight_changed>()[0].weight == 2.5);
}

TEST_CASE("a wrong weight refuses the whole request") {
  auto settings = world::default_config();
  settings.role_whitelist = {{"*", "eng"}};
  world w(settings);
  w.start();
  std::string refused = "Failed to validate update weights request JSON";
  for (const auto& [infos, text] : std::map<std::string, std::string>{
           {weight("eng", "2") + "," + weight("eng", "0"),
            " for role 'eng': Invalid weight '0': Weights must be positive"},
           {weight("eng", "-1.5"),
            " for role 'eng': Invalid weight '-1.5': Weights must be positive"},
           {weight("eng", "\"Infinity\""),
            " for role 'eng': Invalid weight 'inf': Weights must be positive"},
           {weight("x", "1"), ": Role 'x' is not present in the master's --roles"},
           {weight("/x", "1"), ": Invalid role '/x': Role '/x' cannot start with a slash"},
           {R"({"weight":1})", ": Invalid role '': Empty role name is invalid"}}) {
    auto answer = w.operate(update_call(infos));
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(answer->text == refused + text);
  }
  CHECK(w.all<effect::store>().empty());
}

TEST_CASE("all offers are withdrawn when a role with frameworks, or one above it, changes") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto web = w.subscribe(multi_role_info({"eng/web"}));
  auto other = w.subscribe(framework_info());
  w.offer(web, agent, "cpus:1;mem:100", "eng/web");
  w.offer(other, agent, "cpus:1;mem:100");
  w.forget();
  SECTION("above") {
    w.operate(update_call(weight("eng", "2")));
    CHECK(w.events(web, Event::RESCIND).size() == 1);
    CHECK(w.events(other, Event::RESCIND).size() == 1);
    CHECK(w.told_allocator<recover_resources>().size() == 2);
  }
  SECTION("a role that nobody has") {
    w.operate(update_call(weight("eng/mail", "2")));
    CHECK(w.events(other, Event::RESCIND).empty());
  }
  SECTION("the same weight again") {
    w.operate(update_call(weight("eng", "2")));
    w.offer(other, agent, "cpus:1;mem:100");
    w.forget();
    CHECK(w.operate(update_call(weight("eng", "2")))->status == 200);
    CHECK(w.events(other, Event::RESCIND).empty());
    CHECK(w.told_allocator<set_weights>().empty());
  }
}

TEST_CASE("the flag's weights count as long as the registry has none") {
  auto settings = world::default_config();
  settings.weights = {{"a", 2}, {"b", 3}};
  world w(settings);
  SECTION("an empty registry") {
    w.start();
    REQUIRE(w.told_allocator<set_weights>().size() == 1);
    CHECK(w.told_allocator<set_weights>()[0].weights == settings.weights);
    CHECK(w.changes<delta::weight_changed>().size() == 2);
    CHECK(w.all<effect::store>().empty());
    w.operate(update_call(weight("b", "4")));
    CHECK(stored(w).weights == role_weights{{"a", 2}, {"b", 4}});
  }
  SECTION("a registry with weights") {
    registry known;
    known.weights = {{"c", 5}};
    w.start(known);
    CHECK(w.told_allocator<set_weights>()[0].weights == known.weights);
    w.operate(update_call(weight("b", "4")));
    CHECK(stored(w).weights == role_weights{{"b", 4}, {"c", 5}});
  }
}

TEST_CASE("changes of weights that wait for the store keep each other") {
  world w;
  w.start();
  w.store_at_once = false;
  w.operate(update_call(weight("a", "2")));
  w.operate(update_call(weight("b", "3")));
  CHECK(stored(w).weights == role_weights{{"a", 2}, {"b", 3}});
}
