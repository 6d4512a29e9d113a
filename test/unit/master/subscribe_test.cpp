#include "world.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::master;
using namespace troupe::master::test;
using mesos::v1::TaskState;
using Capability = mesos::v1::FrameworkInfo::Capability;

TEST_CASE("before the registry is loaded every call is answered 503") {
  world w;
  CHECK(w.try_subscribe(framework_info(), 1).status == 503);
  CHECK(w.done.empty());
}

TEST_CASE("a new framework gets the next id and hears SUBSCRIBED first") {
  world w;
  w.start();
  auto a = w.subscribe(framework_info());
  auto b = w.subscribe(framework_info());
  CHECK(a.id.value() == "m-0000");
  CHECK(b.id.value() == "m-0001");
  auto first = w.events(a.endpoint).front();
  CHECK(first.subscribed().heartbeat_interval_seconds() == 15.0);
  CHECK(first.subscribed().master_info().id() == "m");
  auto told = w.told_allocator<add_framework>();
  REQUIRE(told.size() == 2);
  CHECK(told[0].active);
  CHECK(told[0].options.roles == std::set<std::string>{"*"});
}

TEST_CASE("a framework may choose an id that the master has never seen") {
  world w;
  w.start();
  auto info = framework_info();
  info.mutable_id()->set_value("made-up-1");
  CHECK(w.subscribe(info).id.value() == "made-up-1");
}

TEST_CASE("an empty framework id counts as none") {
  world w;
  w.start();
  auto info = framework_info();
  info.mutable_id()->set_value("");
  CHECK(w.subscribe(info).id.value() == "m-0000");
}

TEST_CASE("a bad FrameworkInfo opens a stream that carries one ERROR and ends") {
  world w;
  w.start();
  auto info = framework_info();
  info.set_role("/bad");
  CHECK(w.try_subscribe(info, 7).status == 200);
  auto heard = w.events(7);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].type() == Event::ERROR);
  CHECK(w.closed_endpoint(7));
  CHECK(w.told_allocator<add_framework>().empty());
}

TEST_CASE("suppressed roles must be roles of the framework") {
  world w;
  w.start();
  CHECK(w.try_subscribe(multi_role_info({"x"}), 7, {"y"}).status == 200);
  CHECK(w.events(7).front().error().message() ==
        "Suppressed role 'y' is not contained in the list of roles");
  w.subscribe(multi_role_info({"x", "z"}), {"z"});
  CHECK(w.told_allocator<add_framework>().back().options.suppressed_roles ==
        std::set<std::string>{"z"});
}

TEST_CASE("root and foreign roles are refused when the flags say so") {
  auto config = world::default_config();
  config.root_submissions = false;
  config.role_whitelist = {"web"};
  world w(config);
  w.start();
  auto info = framework_info();
  info.set_role("web");
  CHECK(w.try_subscribe(info, 7).status == 200);
  CHECK(w.events(7).front().error().message().find("root_submissions") != std::string::npos);
  info.set_user("nobody");
  info.set_role("db");
  CHECK(w.try_subscribe(info, 8).status == 200);
  CHECK(w.events(8).front().error().message() ==
        "Role 'db' is not present in the master's --roles");
  info.set_role("web");
  w.subscribe(info);
}

TEST_CASE("the authenticated principal fills the info and must not contradict it") {
  world w;
  w.start();
  CHECK(w.try_subscribe(framework_info(), 7, {}, "alice").status == 200);
  CHECK(w.changes<delta::framework_changed>().back().framework->info->principal() == "alice");
  auto info = framework_info();
  info.set_principal("bob");
  CHECK(w.try_subscribe(info, 8, {}, "alice").status == 400);
  CHECK(w.events(8).empty());
}

TEST_CASE("a second subscription with the same id takes over") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto old = w.subscribe(framework_info());
  w.offer(old, agent, "cpus:4;mem:4096");
  w.forget();

  auto young = w.resubscribe(old, framework_info());

  CHECK(w.events(old.endpoint).back().error().message() == "Framework failed over");
  CHECK(w.closed_endpoint(old.endpoint));
  CHECK(young.id == old.id);
  CHECK(w.events(young, Event::RESCIND).empty());
  REQUIRE(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.told_allocator<recover_resources>()[0].returned == allocated("cpus:4;mem:4096"));
  CHECK(!w.told_allocator<recover_resources>()[0].filter);
  CHECK(w.told_allocator<activate_framework>().size() == 1);
  CHECK(w.records(agent, link::ToAgent::kUpdateFramework).size() == 1);
  CHECK(w.call(old, decline({})).status == 400);
  CHECK(w.call(young, decline({})).status == 202);
}

TEST_CASE("the end of a replaced stream is no disconnection") {
  world w;
  w.start();
  auto old = w.subscribe(framework_info());
  auto young = w.resubscribe(old, framework_info());
  w.end_stream(old);
  CHECK(w.call(young, decline({})).status == 202);
}

TEST_CASE("user, checkpoint and principal stay as they were at the first subscription") {
  world w;
  w.start();
  auto first = w.subscribe(framework_info("old name"));
  auto info = framework_info("new name");
  info.set_user("other");
  info.set_checkpoint(false);
  info.set_principal("p");
  info.set_hostname("elsewhere");
  w.resubscribe(first, info);
  auto now = *w.changes<delta::framework_changed>().back().framework->info;
  CHECK(now.user() == "root");
  CHECK(now.checkpoint());
  CHECK(!now.has_principal());
  CHECK(now.name() == "new name");
  CHECK(now.hostname() == "elsewhere");
}

TEST_CASE("a disconnected framework loses its offers and comes back within its timeout") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.offer(f, agent, "cpus:4");
  w.forget();

  w.end_stream(f);
  CHECK(w.told_allocator<deactivate_framework>().size() == 1);
  CHECK(w.told_allocator<recover_resources>().size() == 1);
  CHECK(!w.changes<delta::framework_changed>().back().framework->connected);
  CHECK(w.call(f, decline({})).status == 403);

  w.pass(std::chrono::minutes{59});
  auto again = w.resubscribe(f, framework_info());
  w.pass(std::chrono::hours{2});
  CHECK(w.call(again, decline({})).status == 202);
}

TEST_CASE("a framework that stays away beyond its failover timeout is removed") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.call(f, accept(w.offer(f, agent, "cpus:4;mem:4096"), {command_task("t", agent)}));
  w.end_stream(f);
  w.forget();

  w.pass(std::chrono::hours{1});

  CHECK(w.records(agent, link::ToAgent::kShutdownFramework).size() == 1);
  auto completed = w.changes<delta::task_completed>();
  REQUIRE(completed.size() == 1);
  CHECK(completed[0].task->state() == TaskState::TASK_KILLED);
  CHECK(completed[0].task->unpack().statuses(0).reason() ==
        mesos::v1::TaskStatus::REASON_FRAMEWORK_REMOVED);
  CHECK(w.changes<delta::framework_completed>().size() == 1);
  REQUIRE(w.told_allocator<recover_resources>().size() == 1);
  CHECK(w.told_allocator<remove_framework>().size() == 1);
  CHECK(w.call(f, decline({})).status == 400);
  CHECK(w.try_subscribe(
             [&] {
               auto info = framework_info();
               info.mutable_id()->set_value(f.id.value());
               return info;
             }(),
             99)
            .status == 200);
  CHECK(w.events(99).front().error().message() == "Framework has been removed");
}

TEST_CASE("without a failover timeout the end of the stream removes the framework at once") {
  world w;
  w.start();
  auto info = framework_info();
  info.clear_failover_timeout();
  auto f = w.subscribe(info);
  w.end_stream(f);
  CHECK(w.changes<delta::framework_completed>().size() == 1);
}

TEST_CASE("TEARDOWN ends the stream, the tasks and the framework, without a word to it") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(framework_info());
  w.call(f, accept(w.offer(f, agent, "cpus:4;mem:4096"), {command_task("t", agent)}));
  w.forget();
  Call call;
  call.set_type(Call::TEARDOWN);
  CHECK(w.call(f, call).status == 202);
  CHECK(w.events(f.endpoint).empty());
  CHECK(w.closed_endpoint(f.endpoint));
  CHECK(w.records(agent, link::ToAgent::kShutdownFramework).size() == 1);
  CHECK(w.changes<delta::framework_completed>()[0].framework->unregistered.has_value());
}

TEST_CASE("only so many removed frameworks are remembered") {
  auto config = world::default_config();
  config.keep.completed_frameworks = 1;
  world w(config);
  w.start();
  auto a = w.subscribe(framework_info());
  auto b = w.subscribe(framework_info());
  w.teardown(a.id);
  w.teardown(b.id);
  auto again = framework_info();
  again.mutable_id()->set_value(a.id.value());
  CHECK(w.subscribe(again).id == a.id);
  again.mutable_id()->set_value(b.id.value());
  w.try_subscribe(again, 50);
  CHECK(w.events(50).front().type() == Event::ERROR);
}

TEST_CASE("an operator's teardown of an unknown framework is answered 400") {
  world w;
  w.start();
  auto turn = w.core.teardown(framework_id{"nope"}, w.now);
  CHECK(turn.answer.status == 400);
  CHECK(turn.out.empty());
}

TEST_CASE("calls are checked in the order that clients rely on") {
  world w;
  w.start();
  auto f = w.subscribe(framework_info());
  auto ask = [&](const scheduler& s, const std::string& principal) {
    Call call = decline({});
    call.mutable_framework_id()->set_value(s.id.value());
    auto turn = w.core.call({std::make_shared<const Call>(call), s.stream_id, principal}, w.now);
    return turn.answer;
  };
  auto unknown = ask({framework_id{"nope"}, 0, ""}, "x");
  CHECK(unknown.status == 400);
  CHECK(unknown.text == "Framework cannot be found");
  CHECK(ask(f, "mallory").status == 400);
  auto missing = ask({f.id, 0, ""}, "");
  CHECK(missing.status == 400);
  CHECK(missing.text == "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
  auto wrong = ask({f.id, 0, "x"}, "");
  CHECK(wrong.status == 400);
  CHECK(wrong.text ==
        "The stream ID 'x' included in this request didn't match the stream ID currently "
        "associated with framework ID m-0000");
  w.end_stream(f);
  auto gone = ask({f.id, 0, ""}, "");
  CHECK(gone.status == 403);
  CHECK(gone.text == "Framework is not subscribed");
}

TEST_CASE("a call of type UNKNOWN is answered 501") {
  world w;
  w.start();
  auto f = w.subscribe(framework_info());
  Call call;
  call.set_type(Call::UNKNOWN);
  CHECK(w.call(f, call).status == 501);
}

TEST_CASE("SUPPRESS and REVIVE reach the allocator with the roles meant") {
  world w;
  w.start();
  auto f = w.subscribe(multi_role_info({"a", "b"}));
  Call call;
  call.set_type(Call::SUPPRESS);
  CHECK(w.call(f, call).status == 202);
  CHECK(w.told_allocator<suppress_offers>().back().roles == std::set<std::string>{"a", "b"});
  call.mutable_suppress()->add_roles("a");
  w.call(f, call);
  CHECK(w.told_allocator<suppress_offers>().back().roles == std::set<std::string>{"a"});
  Call revive;
  revive.set_type(Call::REVIVE);
  revive.mutable_revive()->add_roles("b");
  w.call(f, revive);
  CHECK(w.told_allocator<revive_offers>().back().roles == std::set<std::string>{"b"});
}

TEST_CASE("a REVIVE or SUPPRESS with a role that is not subscribed is dropped as a whole") {
  world w;
  w.start();
  auto f = w.subscribe(multi_role_info({"a"}));
  Call call;
  call.set_type(Call::SUPPRESS);
  call.mutable_suppress()->add_roles("a");
  call.mutable_suppress()->add_roles("other");
  CHECK(w.call(f, call).status == 202);
  call.set_type(Call::REVIVE);
  call.mutable_revive()->add_roles("/x");
  CHECK(w.call(f, call).status == 202);
  CHECK(w.told_allocator<suppress_offers>().empty());
  CHECK(w.told_allocator<revive_offers>().empty());
}

TEST_CASE("suppressed roles outlive a disconnection until SUBSCRIBE replaces them") {
  world w;
  w.start();
  auto f = w.subscribe(multi_role_info({"a", "b"}), {"a"});
  w.end_stream(f);
  w.resubscribe(f, multi_role_info({"a", "b"}));
  CHECK(w.told_allocator<update_framework>().back().options.suppressed_roles.empty());
}

TEST_CASE("UPDATE_FRAMEWORK changes the framework and withdraws offers of roles it leaves") {
  world w;
  w.start();
  auto agent = w.add_agent();
  auto f = w.subscribe(multi_role_info({"a", "b"}));
  auto left = w.offer(f, agent, "cpus:1", "a");
  w.offer(f, agent, "cpus:1", "b");
  Call call;
  call.set_type(Call::UPDATE_FRAMEWORK);
  auto info = multi_role_info({"b"});
  info.set_name("renamed");
  info.mutable_id()->set_value(f.id.value());
  *call.mutable_update_framework()->mutable_framework_info() = info;
  CHECK(w.call(f, call).status == 200);
  auto rescinded = w.events(f, Event::RESCIND);
  REQUIRE(rescinded.size() == 1);
  CHECK(rescinded[0].rescind().offer_id().value() == left[0]);
  CHECK(w.changes<delta::framework_changed>().back().framework->info->name() == "renamed");
  info.add_roles("/bad");
  *call.mutable_update_framework()->mutable_framework_info() = info;
  CHECK(w.call(f, call).status == 400);
}
