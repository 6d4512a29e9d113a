#include "master/quota_checks.hpp"
#include "model/resource_text.hpp"
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;

namespace {

std::string scalar(const std::string& name, const std::string& value) {
  return R"({"name":")" + name + R"(","type":"SCALAR","scalar":{"value":)" + value + "}}";
}

std::string set_call(const std::string& role, const std::string& guarantee, bool force = false) {
  return R"({"type":"SET_QUOTA","set_quota":{"quota_request":{"role":")" + role +
         R"(","guarantee":[)" + guarantee + R"(],"force":)" + (force ? "true" : "false") + "}}}";
}

std::string remove_call(const std::string& role) {
  return R"({"type":"REMOVE_QUOTA","remove_quota":{"role":")" + role + R"("}})";
}

/// `configs` e.g. `{"role":"a","guarantees":{"cpus":{"value":1}}}`.
std::string update_call(const std::string& configs, bool force = false) {
  return R"({"type":"UPDATE_QUOTA","update_quota":{"force":)" +
         std::string(force ? "true" : "false") + R"(,"quota_configs":[)" + configs + "]}}";
}

std::string config(const std::string& role, const std::string& guarantees,
                   const std::string& limits = "") {
  return R"({"role":")" + role + R"(","guarantees":{)" + guarantees + R"(},"limits":{)" + limits +
         "}}";
}

std::string amount(const std::string& name, const std::string& value) {
  return "\"" + name + R"(":{"value":)" + value + "}";
}

/// Answered 400 with this text, and nothing done.
void check_refused(world& w, const std::string& call, const std::string& text) {
  w.forget();
  auto answer = w.operate(call);
  REQUIRE(answer);
  CHECK(answer->status == 400);
  CHECK(answer->text == text);
  CHECK(w.all<effect::store>().empty());
  CHECK(w.told_allocator<set_quota>().empty());
}

constexpr const char* set_refused = "Failed to validate set quota request: ";
constexpr const char* update_refused = "Failed to validate update quota request: ";

} // namespace

TEST_CASE("a quota counts, and is confirmed, once it is stored") {
  world w;
  w.start();
  w.add_agent();
  w.forget();
  w.store_at_once = false;
  CHECK(!w.operate(set_call("eng", scalar("cpus", "2")), "ops"));
  CHECK(w.told_allocator<set_quota>().empty());
  CHECK(w.changes<delta::quota_changed>().empty());
  REQUIRE(w.all<effect::store>().size() == 1);
  w.finish_stores();
  auto answers = w.all<effect::answer>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].outcome.status == 200);
  auto told = w.told_allocator<set_quota>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].role == "eng");
  CHECK(to_text(told[0].guarantees) == "cpus:2");
  CHECK(to_text(told[0].limits) == "cpus:2");
  auto changes = w.changes<delta::quota_changed>();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].quota->principal == "ops");
}

TEST_CASE("a quota that is being stored already stands in the way of a second one") {
  world w;
  w.start();
  w.add_agent();
  w.store_at_once = false;
  CHECK(!w.operate(set_call("eng", scalar("cpus", "2"))));
  auto second = w.operate(set_call("eng", scalar("cpus", "1")));
  REQUIRE(second);
  CHECK(second->text ==
        std::string(set_refused) + "Cannot set quota for role 'eng' which already has quota");
  auto other = w.operate(set_call("web", scalar("cpus", "3")));
  REQUIRE(other);
  CHECK(other->status == 409);
  CHECK(!w.operate(remove_call("eng")));
  CHECK(w.operate(remove_call("eng"))->status == 400);
}

TEST_CASE("a wrong quota is refused with its reason and changes nothing") {
  auto settings = world::default_config();
  settings.role_whitelist = {{"*", "eng", "web"}};
  world w(settings);
  w.start();
  w.add_agent();
  auto refused = [&](const std::string& call, const std::string& why) {
    check_refused(w, call, set_refused + why);
  };
  refused(set_call("", ""), "QuotaInfo with invalid role: Role names cannot be the empty string");
  refused(set_call("a/", scalar("cpus", "1")),
          "QuotaInfo with invalid role: Role 'a/' cannot end with a slash");
  refused(set_call("*", scalar("cpus", "1")), "QuotaInfo must not specify the default '*' role");
  refused(set_call("other", scalar("cpus", "1")),
          "Role 'other' is not present in the master's --roles");
  refused(set_call("eng", ""), "QuotaInfo with empty 'guarantee'");
  refused(set_call("eng", scalar("cpus", "1") + "," + scalar("cpus", "1")),
          "QuotaInfo contains duplicate resource name 'cpus'");
  refused(set_call("eng", R"({"name":"ports","type":"RANGES","ranges":{"range":[]}})"),
          "QuotaInfo must not include non-scalar resources");
  refused(set_call("eng", R"({"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"x"})"),
          "QuotaInfo must not contain any ReservationInfo");
  refused(set_call("eng", R"({"name":"disk","type":"SCALAR","scalar":{"value":1},"disk":{}})"),
          "QuotaInfo must not contain any DiskInfo");
  refused(set_call("eng", R"({"name":"cpus","type":"SCALAR","scalar":{"value":1},"revocable":{}})"),
          "QuotaInfo must not contain any RevocableInfo");
  w.forget();
  CHECK(w.operate(set_call("eng", scalar("cpus", "-1")))->status == 400);
  CHECK(w.all<effect::store>().empty());
}

TEST_CASE("nested roles get a quota by the newer call only") {
  world w;
  w.start();
  check_refused(w, set_call("eng/web", scalar("cpus", "1"), true),
                std::string(set_refused) +
                    "Quota can be set on top-level roles only, and 'eng/web' is nested");
  CHECK(w.operate(update_call(config("eng/web", amount("cpus", "1")), true))->status == 200);
}

TEST_CASE("guarantees beyond the agents' unreserved resources need force") {
  world w;
  w.start();
  w.add_agent("a", "cpus:4;mem:1024;cpus(prod):2");
  auto gone = w.add_agent("b", "cpus:8;mem:1024");
  w.break_link(gone);
  w.forget();
  auto answer = w.operate(set_call("eng", scalar("cpus", "5")));
  REQUIRE(answer);
  CHECK(answer->status == 409);
  CHECK(answer->text == "Quota guarantees overcommit the cluster (use 'force' to bypass this "
                        "check): Total quota guarantees 'cpus:5' exceed cluster capacity 'cpus:4; "
                        "mem:1024'");
  CHECK(w.all<effect::store>().empty());
  CHECK(w.operate(set_call("eng", scalar("cpus", "3")))->status == 200);
  CHECK(w.operate(set_call("web", scalar("cpus", "2")))->status == 409);
  CHECK(w.operate(set_call("web", scalar("cpus", "2"), true))->status == 200);
}

TEST_CASE("a removed quota is gone for the allocator, readers and the registry") {
  world w;
  w.start();
  w.operate(set_call("eng", scalar("cpus", "1"), true));
  w.forget();
  CHECK(w.operate(remove_call("eng"))->status == 200);
  auto told = w.told_allocator<set_quota>();
  REQUIRE(told.size() == 1);
  CHECK((told[0].guarantees.empty() && told[0].limits.empty()));
  REQUIRE(w.changes<delta::quota_changed>().size() == 1);
  CHECK(w.changes<delta::quota_changed>()[0].quota == nullptr);
  auto again = w.operate(remove_call("eng"));
  CHECK(again->status == 400);
  CHECK(again->text == "Role 'eng' has no quota set");
}

TEST_CASE("an update sets guarantees and limits of several roles or of none") {
  world w;
  w.start();
  w.forget();
  check_refused(w,
                update_call(config("a", amount("cpus", "1")) + "," +
                                config("b", amount("cpus", "3"), amount("cpus", "2")),
                            true),
                std::string(update_refused) +
                    "The guarantees for 'cpus' of role 'b' exceed its limit, 2");
  check_refused(w, update_call(config("a", "") + "," + config("a", ""), true),
                std::string(update_refused) + "Role 'a' is named twice");
  check_refused(w, update_call(config("a", amount("cpus", "1"), amount("cpus", "0")), true),
                std::string(update_refused) +
                    "The guarantees for 'cpus' of role 'a' exceed its limit, 0");
  CHECK(w.operate(update_call(config("a", amount("cpus", "1")) + "," +
                                  config("b", amount("cpus", "1"), amount("cpus", "2")),
                              true))
            ->status == 200);
  CHECK(w.all<effect::store>().size() == 1);
  auto told = w.told_allocator<set_quota>();
  REQUIRE(told.size() == 2);
  CHECK(to_text(told[0].limits).empty());
  CHECK(to_text(told[1].limits) == "cpus:2");
  w.forget();
  CHECK(w.operate(update_call(config("b", ""), true))->status == 200);
  CHECK(w.changes<delta::quota_changed>()[0].quota == nullptr);
  CHECK(w.operate(remove_call("b"))->status == 400);
}

TEST_CASE("a limit of 0 forbids a resource, and is a quota; a guarantee of 0 is none") {
  world w;
  w.start();
  w.forget();
  CHECK(w.operate(update_call(config("a", "", amount("cpus", "0")), true))->status == 200);
  auto told = w.told_allocator<set_quota>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].guarantees.empty());
  CHECK(to_text(told[0].limits) == "cpus:0");
  CHECK(to_text(w.changes<delta::quota_changed>().at(0).quota->limits) == "cpus:0");
  CHECK(w.counter("allocator/mesos/quota/roles/a/resources/cpus/limit") == 0);
  w.forget();
  // With the old call, guarantee and limit are one.
  CHECK(w.operate(set_call("b", scalar("cpus", "0") + "," + scalar("mem", "64"), true))->status ==
        200);
  told = w.told_allocator<set_quota>();
  REQUIRE(told.size() == 1);
  CHECK(to_text(told[0].guarantees) == "mem:64");
  CHECK(to_text(told[0].limits) == "cpus:0;mem:64");
  w.forget();
  CHECK(w.operate(update_call(config("a", amount("cpus", "0")), true))->status == 200);
  CHECK(w.changes<delta::quota_changed>().at(0).quota == nullptr);
}

TEST_CASE("sub-roles are guaranteed within their parent's guarantee, and count once") {
  role_quotas all;
  all["eng"] = {{{"cpus", quantity::from_milli(3000)}}, {}, {}};
  all["eng-x"] = {{{"cpus", quantity::from_milli(1000)}}, {}, {}};
  all["eng/a/b"] = {{{"cpus", quantity::from_milli(1000)}}, {}, {}};
  all["eng/c"] = {{{"cpus", quantity::from_milli(2000)}}, {}, {}};
  all["web/d"] = {{{"mem", quantity::from_milli(5000)}}, {}, {}};
  CHECK(!quota_fault(all));
  CHECK(to_text(total_guarantees(all)) == "cpus:4;mem:5");
  all["eng/c"].guarantees.set("cpus", quantity::from_milli(2500));
  CHECK(quota_fault(all) == "The guarantees of the sub-roles of 'eng', 'cpus:3.5', exceed its own, "
                            "'cpus:3'");
  all["eng"] = {{}, {{"cpus", quantity::from_milli(3000)}}, {}};
  CHECK(quota_fault(all) == "The guarantees for 'cpus' of role 'eng' exceed its limit, 3");
}

TEST_CASE("offers are withdrawn until the guarantee is free on an agent for each framework") {
  world w;
  w.start();
  std::vector<worker> agents;
  for (std::string name : {"a", "b", "c", "d"})
    agents.push_back(w.add_agent(name));
  auto other = w.subscribe(framework_info());
  for (const auto& agent : agents)
    w.offer(other, agent, "cpus:2;mem:100");
  SECTION("as many agents as the amount needs") {
    w.forget();
    CHECK(w.operate(set_call("eng", scalar("cpus", "3")))->status == 200);
    CHECK(w.events(other, Event::RESCIND).size() == 2);
    CHECK(w.told_allocator<recover_resources>().size() == 2);
  }
  SECTION("as many agents as the role has frameworks") {
    for (int i = 0; i < 3; ++i)
      w.subscribe(multi_role_info({"eng/x"}));
    w.forget();
    CHECK(w.operate(set_call("eng", scalar("cpus", "1")))->status == 200);
    CHECK(w.events(other, Event::RESCIND).size() == 3);
  }
  SECTION("the allocator hears of the quota before it gets resources back") {
    w.forget();
    w.operate(set_call("eng", scalar("cpus", "1")));
    std::size_t quota_at = 0, back_at = 0;
    for (std::size_t i = 0; i < w.done.size(); ++i)
      if (const auto* tell = std::get_if<effect::tell_allocator>(&w.done[i])) {
        if (std::holds_alternative<set_quota>(tell->message))
          quota_at = i;
        else if (std::holds_alternative<recover_together>(tell->message))
          back_at = i;
      }
    CHECK(quota_at < back_at);
  }
}

TEST_CASE("a new limit withdraws the role's own offers, which may be more") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto mine = w.subscribe(multi_role_info({"eng/x"}));
  auto other = w.subscribe(framework_info());
  w.offer(mine, agent, "cpus:2;mem:100", "eng/x");
  w.offer(other, agent, "cpus:1;mem:100");
  w.forget();
  CHECK(w.operate(update_call(config("eng", "", amount("cpus", "1"))))->status == 200);
  CHECK(w.events(mine, Event::RESCIND).size() == 1);
  CHECK(w.events(other, Event::RESCIND).empty());
}

TEST_CASE("a master that takes over tells the allocator quotas, and to wait for the agents") {
  registry known;
  known.quotas["eng"] = {{{"cpus", quantity::from_milli(2000)}}, {}, std::nullopt};
  world w;
  SECTION("with agents to wait for") {
    for (std::string id : {"m0-S0", "m0-S1"})
      known.admitted[agent_id{id}] = std::make_shared<mesos::v1::AgentInfo>();
    w.start(known);
    auto waits = w.told_allocator<await_agents>();
    REQUIRE(waits.size() == 1);
    CHECK(waits[0].expected == 2);
  }
  SECTION("without") {
    w.start(known);
    CHECK(w.told_allocator<await_agents>().empty());
  }
  REQUIRE(w.told_allocator<set_quota>().size() == 1);
  CHECK(w.told_allocator<set_quota>()[0].role == "eng");
  CHECK(w.operate(set_call("eng", scalar("cpus", "1"), true))->status == 400);
  bool in_snapshot = false;
  for (const auto& change : w.core.snapshot())
    if (const auto* quota = std::get_if<delta::quota_changed>(&change))
      in_snapshot = quota->role == "eng" && *quota->quota == known.quotas["eng"];
  CHECK(in_snapshot);
}

TEST_CASE("without a quota nobody waits for agents") {
  registry known;
  known.admitted[agent_id{"m0-S0"}] = std::make_shared<mesos::v1::AgentInfo>();
  world w;
  w.start(known);
  CHECK(w.told_allocator<await_agents>().empty());
}

TEST_CASE("operator calls before the registry is loaded are 503, unknown ones 501") {
  world w;
  CHECK(w.operate(remove_call("eng"))->status == 503);
  w.start();
  auto answer = w.operate(R"({"type":"DRAIN_AGENT"})");
  CHECK(answer->status == 501);
  CHECK(answer->text == "The call DRAIN_AGENT is not implemented");
  CHECK(w.operate(R"({"type":"TEARDOWN","teardown":{"framework_id":{"value":"x"}}})")->status ==
        400);
}

TEST_CASE("a quota's gauges tell what is guaranteed, and what the role and those below it hold") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(multi_role_info({"eng/x"}));
  w.operate(set_call("eng", scalar("cpus", "3")));
  auto gauge = [&](const std::string& what) {
    auto gauges = w.core.take_metrics(w.now).gauges();
    auto found = gauges.find("allocator/mesos/quota/roles/eng/resources/" + what);
    return found == gauges.end() ? -1 : found->second;
  };
  CHECK(gauge("cpus/guarantee") == 3);
  CHECK(gauge("cpus/limit") == 3);
  CHECK(gauge("cpus/offered_or_allocated") == 0);
  CHECK(gauge("mem/guarantee") == -1);
  auto offers = w.offer(f, agent, "cpus:2;mem:100", "eng/x");
  CHECK(gauge("cpus/offered_or_allocated") == 2);
  auto task = command_task("t", agent, "cpus:1;mem:32");
  for (auto& item : *task.mutable_resources())
    item.mutable_allocation_info()->set_role("eng/x");
  w.call(f, accept(offers, {task}));
  CHECK(gauge("cpus/offered_or_allocated") == 1);
  w.operate(remove_call("eng"));
  auto batch = w.core.take_metrics(w.now);
  CHECK(batch.forgotten() == std::vector<std::string>{"allocator/mesos/quota/roles/eng/"});
  CHECK(batch.gauges().count("allocator/mesos/quota/roles/eng/resources/cpus/guarantee") == 0);
}
